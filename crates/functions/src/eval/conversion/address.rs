//! `ipmask("255.255.255.0", "10.20.30.120")` is `10.20.30.0`.

use std::net::Ipv4Addr;

/// The address with the bits that the mask does not have set to 0; none where one of the two is no IPv4 address.
pub(super) fn mask(mask: &str, address: &str) -> Option<String> {
    let (mask, address): (Ipv4Addr, Ipv4Addr) = (mask.parse().ok()?, address.parse().ok()?);
    Some((mask & address).to_string())
}
