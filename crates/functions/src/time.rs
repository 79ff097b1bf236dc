//! Time as SPL counts it: relative times, spans, and the conversions of `strftime` and `strptime`.
