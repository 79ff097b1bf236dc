//! Search conditions as Boolean plan expressions. `status=404 OR user=adm*`
