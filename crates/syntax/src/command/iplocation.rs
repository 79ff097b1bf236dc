//! `iplocation`: adds country, city and place of an address. `iplocation prefix=src_ src_ip`

use crate::{Field, Span};

/// Add `City Country Region lat lon` of an address.
#[derive(Debug, Clone, PartialEq)]
pub struct IpLocation {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// The field that holds the address.
    pub field: Field,
    /// What stands before each new name.
    pub prefix: String,
    /// Whether to add `Continent MetroCode Timezone` too.
    pub all_fields: bool,
    /// The language of names.
    pub lang: Option<String>,
}
