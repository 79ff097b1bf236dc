//! The demo's own country database: documentation networks with invented owners, as an MMDB file.
//!
//! Real addresses have no place in made-up phishing, and the bundled database knows nothing of documentation networks.
//! Only what the demo needs of the format is written: IPv4, 24-bit records, maps of text.

use std::net::Ipv4Addr;

const NETWORKS: &[(Ipv4Addr, u8, &str, &str)] = &[
    (Ipv4Addr::new(192, 0, 2, 0), 26, "United States", "US"),
    (Ipv4Addr::new(192, 0, 2, 64), 26, "Romania", "RO"),
    (Ipv4Addr::new(198, 51, 100, 128), 25, "Nigeria", "NG"),
    (Ipv4Addr::new(203, 0, 113, 64), 26, "Vietnam", "VN"),
    (Ipv4Addr::new(198, 18, 0, 0), 15, "Germany", "DE"),
];

/// The database as bytes; `now` is its build time in epoch seconds.
pub(crate) fn database(now: i64) -> Vec<u8> {
    let mut tree = Tree { nodes: vec![[Slot::Empty; 2]] };
    let mut data = Vec::new();
    for (network, length, name, code) in NETWORKS {
        let offset = data.len() as u32;
        write_map(&mut data, 1);
        write_text(&mut data, "country");
        write_map(&mut data, 2);
        write_text(&mut data, "iso_code");
        write_text(&mut data, code);
        write_text(&mut data, "names");
        write_map(&mut data, 1);
        write_text(&mut data, "en");
        write_text(&mut data, name);
        tree.insert(u32::from(*network), *length, offset);
    }
    let mut out = tree.bytes();
    out.extend([0; 16]);
    out.extend(data);
    out.extend(b"\xab\xcd\xefMaxMind.com");
    write_map(&mut out, 9);
    for (key, value) in
        [("binary_format_major_version", 2), ("binary_format_minor_version", 0), ("ip_version", 4), ("record_size", 24)]
    {
        write_text(&mut out, key);
        write_number(&mut out, 5, &u16::to_be_bytes(value));
    }
    write_text(&mut out, "node_count");
    write_number(&mut out, 6, &(tree.nodes.len() as u32).to_be_bytes());
    write_text(&mut out, "build_epoch");
    write_number(&mut out, 9, &(now.max(0) as u64).to_be_bytes());
    write_text(&mut out, "database_type");
    write_text(&mut out, "speleo-demo-Country");
    write_text(&mut out, "languages");
    out.extend([1, 4]);
    write_text(&mut out, "en");
    write_text(&mut out, "description");
    write_map(&mut out, 1);
    write_text(&mut out, "en");
    write_text(&mut out, "Invented countries of documentation networks");
    out
}

#[derive(Clone, Copy)]
enum Slot {
    Empty,
    Node(u32),
    Data(u32),
}

/// The search tree: a node a bit, two records a node.
struct Tree {
    nodes: Vec<[Slot; 2]>,
}

impl Tree {
    fn insert(&mut self, network: u32, length: u8, offset: u32) {
        let mut node = 0;
        for bit in 0..u32::from(length) {
            let side = (network >> (31 - bit) & 1) as usize;
            if bit + 1 == u32::from(length) {
                self.nodes[node][side] = Slot::Data(offset);
                return;
            }
            node = match self.nodes[node][side] {
                Slot::Node(next) => next as usize,
                Slot::Empty | Slot::Data(_) => {
                    self.nodes.push([Slot::Empty; 2]);
                    let next = self.nodes.len() - 1;
                    self.nodes[node][side] = Slot::Node(next as u32);
                    next
                }
            };
        }
    }

    fn bytes(&self) -> Vec<u8> {
        let count = self.nodes.len() as u32;
        let record = |slot: &Slot| match slot {
            Slot::Empty => count,
            Slot::Node(node) => *node,
            Slot::Data(offset) => count + 16 + offset,
        };
        self.nodes.iter().flatten().flat_map(|slot| record(slot).to_be_bytes().into_iter().skip(1)).collect()
    }
}

fn write_map(out: &mut Vec<u8>, pairs: u8) {
    out.push(7 << 5 | pairs);
}

/// A text of any length below 285 bytes.
fn write_text(out: &mut Vec<u8>, text: &str) {
    match text.len() {
        short @ 0..29 => out.push(2 << 5 | short as u8),
        long => out.extend([2 << 5 | 29, (long - 29) as u8]),
    }
    out.extend(text.as_bytes());
}

/// An unsigned number of the format's type `kind`; types above 7 take a second byte.
fn write_number(out: &mut Vec<u8>, kind: u8, bytes: &[u8]) {
    let length = bytes.len() as u8;
    if kind <= 7 {
        out.push(kind << 5 | length);
    } else {
        out.extend([length, kind - 7]);
    }
    out.extend(bytes);
}
