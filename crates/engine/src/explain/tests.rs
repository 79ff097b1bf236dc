//! Which operators work for which command.
