//! The kernel of `iplocation`: where an address is, by a MaxMind database.
//!
//! `iplocation allfields=true src`. The program carries a database of countries, found by the name [`BUNDLED`]; a path names the
//! user's own, as it is or as `.zst`. Country databases lack cities and coordinates; those stay null. Nothing is downloaded.

mod country;

use std::{collections::HashMap, net::IpAddr, path::Path, sync::Arc};

use datafusion::{
    arrow::{
        array::{ArrayRef, Float64Array, StringArray, StructArray},
        datatypes::{DataType, Field, Fields},
    },
    common::{Result, exec_datafusion_err},
    logical_expr::{ReturnFieldArgs, ScalarUDF},
};
use maxminddb::{PathElement, Reader};

use super::kernel::{Arguments, kernel};
use crate::cache::Cache;

const TEXTS: [&str; 6] = ["City", "Country", "Region", "Continent", "MetroCode", "Timezone"];
const NUMBERS: [&str; 2] = ["lat", "lon"];

/// The database of countries that the program carries, packed: most runs never ask it. Its licence is in `lookups/country.NOTICE`.
static COUNTRIES: &[u8] = include_bytes!("../../../../lookups/country.mmdb.zst");

/// The name of that database, where a path is expected: every executor has it.
pub const BUNDLED: &str = "bundled:country.mmdb";

/// What [`BUNDLED`] knows of an address; other fields are null.
pub const BUNDLED_FIELDS: &[&str] = &["Country"];

/// A database in memory.
type Database = Reader<Vec<u8>>;

/// The kernels.
pub fn kernels() -> Vec<Arc<ScalarUDF>> {
    vec![kernel("spl_iplocation", place_type, locate)]
}

/// Whether a file is a readable database; the error is a short text.
pub fn check(path: &Path) -> Result<(), String> {
    open(&path.to_string_lossy()).map(drop)
}

fn open(path: &str) -> Result<Arc<Database>, String> {
    static READERS: Cache<String, Database> = Cache::new(8);
    READERS.get(path, |path| {
        let bytes = match path {
            BUNDLED => zstd::decode_all(COUNTRIES),
            path if path.ends_with(".zst") => std::fs::File::open(path).and_then(zstd::decode_all),
            path => std::fs::read(path),
        };
        Reader::from_source(bytes.map_err(|error| format!("`{path}`: {error}"))?)
            .map_err(|error| format!("`{path}`: {error}"))
    })
}

fn place_type(_: &ReturnFieldArgs) -> Result<DataType> {
    let texts = TEXTS.map(|name| Field::new(name, DataType::Utf8, true));
    let numbers = NUMBERS.map(|name| Field::new(name, DataType::Float64, true));
    Ok(DataType::Struct(texts.into_iter().chain(numbers).collect::<Fields>()))
}

/// What a database says about an address, in the order of the fields.
#[derive(Clone, Copy, Default)]
struct Place<'d> {
    texts: [Option<&'d str>; 6],
    metro: Option<u16>,
    numbers: [Option<f64>; 2],
}

/// Address, path of the database, language of names (`en`, `de`, …, or `code` for codes). All fields are null for what is
/// no address or not in the database.
fn locate(args: &Arguments) -> Result<ArrayRef> {
    let (addresses, path, language) = (args.texts(0)?, args.literal(1)?, args.literal(2)?);
    let reader = open(&path).map_err(|error| exec_datafusion_err!("{error}"))?;
    let mut known: HashMap<IpAddr, Place> = HashMap::new();
    let places: Vec<Place> = (0..args.rows())
        .map(|row| {
            let Some(address) = addresses.get(row).and_then(|text| text.trim().parse().ok()) else {
                return Place::default();
            };
            *known.entry(address).or_insert_with(|| place(&reader, address, &language).unwrap_or_default())
        })
        .collect();
    let mut columns: Vec<ArrayRef> = Vec::with_capacity(TEXTS.len() + NUMBERS.len());
    for (index, name) in TEXTS.iter().enumerate() {
        columns.push(Arc::new(if *name == "MetroCode" {
            places.iter().map(|place| place.metro.map(|code| code.to_string())).collect::<StringArray>()
        } else {
            places.iter().map(|place| place.texts.get(index).copied().flatten()).collect::<StringArray>()
        }));
    }
    for index in 0..NUMBERS.len() {
        let numbers = places.iter().map(|place| place.numbers.get(index).copied().flatten());
        columns.push(Arc::new(numbers.collect::<Float64Array>()));
    }
    let DataType::Struct(fields) = args.result() else { return Err(exec_datafusion_err!("a place is a struct")) };
    Ok(Arc::new(StructArray::try_new_with_length(fields.clone(), columns, None, args.rows())?))
}

/// MaxMind's databases nest names in several languages; others are flat and may hold the country's code alone.
fn place<'d>(reader: &'d Database, address: IpAddr, language: &str) -> Option<Place<'d>> {
    use PathElement::{Index, Key};
    let found = reader.lookup(address).ok().filter(|found| found.has_data())?;
    let text = |path: &[PathElement]| found.decode_path::<&str>(path).ok().flatten();
    // Flat databases write coordinates as numbers of either size, or as text.
    let number = |path: &[PathElement]| {
        let number = found
            .decode_path::<f64>(path)
            .or_else(|_| found.decode_path::<f32>(path).map(|number| number.map(f64::from)));
        number.ok().flatten().or_else(|| text(path)?.parse().ok())
    };
    let named = |path: &[PathElement], code: &str| {
        let name = |language| text(&[path, &[Key("names"), Key(language)]].concat());
        if language == "code" { text(&[path, &[Key(code)]].concat()) } else { name(language).or_else(|| name("en")) }
    };
    let country = || {
        let code = text(&[Key("country_code")])?;
        if language == "code" {
            Some(code)
        } else {
            text(&[Key("country_name")]).or(country::name(code)).or(Some(code))
        }
    };
    let texts = [
        named(&[Key("city")], "name").or_else(|| text(&[Key("city")])),
        named(&[Key("country")], "iso_code").or_else(country),
        named(&[Key("subdivisions"), Index(0)], "iso_code").or_else(|| text(&[Key("state1")])),
        named(&[Key("continent")], "code"),
        None,
        text(&[Key("location"), Key("time_zone")]).or_else(|| text(&[Key("timezone")])),
    ];
    Some(Place {
        texts,
        metro: found.decode_path::<u16>(&[Key("location"), Key("metro_code")]).ok().flatten(),
        numbers: [
            number(&[Key("location"), Key("latitude")]).or_else(|| number(&[Key("latitude")])),
            number(&[Key("location"), Key("longitude")]).or_else(|| number(&[Key("longitude")])),
        ],
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::path::Path;

    use datafusion::arrow::array::AsArray;

    use crate::eval::kernel::testing::{invoke, literal, show, texts};

    const FOLDER: &str = env!("CARGO_MANIFEST_DIR");

    /// City, country, region, continent, metro code, time zone, latitude and longitude of each address.
    fn check(database: &str, language: &str, addresses: &[&str], expected: &[&str]) {
        let path = format!("{FOLDER}/{database}");
        let args = [texts(addresses), literal(&path), literal(language)];
        let found = invoke("spl_iplocation", &args, addresses.len()).unwrap();
        let columns: Vec<Vec<String>> = found.as_struct().columns().iter().map(show).collect();
        let rows: Vec<String> = (0..addresses.len())
            .map(|row| columns.iter().map(|column| column[row].as_str()).collect::<Vec<_>>().join("|"))
            .collect();
        assert_eq!(rows, expected);
    }

    const NOWHERE: &str = "null|null|null|null|null|null|null|null";

    #[test]
    fn cities() {
        check(
            "testdata/city.mmdb",
            "en",
            &["81.2.69.142", "216.160.83.56", "2001:218::1", "10.0.0.1", "garbage", "null", "81.2.69.142"],
            &[
                "London|United Kingdom|England|Europe|null|Europe/London|51.5142|-0.0931",
                "Milton|United States|Washington|North America|819|America/Los_Angeles|47.2513|-122.3149",
                "null|Japan|null|Asia|null|Asia/Tokyo|35.68536|139.75309",
                NOWHERE,
                NOWHERE,
                NOWHERE,
                "London|United Kingdom|England|Europe|null|Europe/London|51.5142|-0.0931",
            ],
        );
    }

    #[test]
    fn names_come_in_languages() {
        let city = "testdata/city.mmdb";
        check(
            city,
            "de",
            &["81.2.69.142"],
            &["London|Vereinigtes Königreich|England|Europa|null|Europe/London|51.5142|-0.0931"],
        );
        check(city, "code", &["81.2.69.142"], &["null|GB|ENG|EU|null|Europe/London|51.5142|-0.0931"]);
    }

    #[test]
    fn countries_by_code_alone() {
        let rows = ["null|United States|null|null|null|null|null|null", NOWHERE];
        check("../../lookups/country.mmdb.zst", "en", &["8.8.8.8", "10.0.0.1"], &rows);
        let args = [texts(&["8.8.8.8"]), literal(super::BUNDLED), literal("code")];
        let found = invoke("spl_iplocation", &args, 1).unwrap();
        assert_eq!(show(found.as_struct().column(1)), ["US"]);
    }

    #[test]
    fn a_file_that_is_no_database() {
        assert!(super::check(Path::new("/nowhere.mmdb")).is_err());
        assert!(super::check(&Path::new(FOLDER).join("Cargo.toml")).is_err());
        assert!(invoke("spl_iplocation", &[texts(&["1.1.1.1"]), literal("/nowhere.mmdb"), literal("en")], 1).is_err());
    }
}
