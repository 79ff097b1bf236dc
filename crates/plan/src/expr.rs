//! Eval expressions as plan expressions. `if(status >= 500, "error", "ok")`
