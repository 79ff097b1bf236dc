//! The syntax of `.conf` files.
