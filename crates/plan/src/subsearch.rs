//! Brackets: `[search index=a | fields src]` as a condition, or as text.
