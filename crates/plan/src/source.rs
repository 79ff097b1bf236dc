//! Events from indexes: which ones a condition reads, and how their tables come together.
