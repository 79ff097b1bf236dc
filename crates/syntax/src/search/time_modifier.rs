//! The names that bound the time range in `search` instead of comparing a field. `earliest=-1d@d latest=@d`

/// Every name of a time modifier, in lower case.
const NAMES: &[&str] = &[
    "_index_earliest",
    "_index_latest",
    "daysago",
    "earliest",
    "enddaysago",
    "endhoursago",
    "endminutesago",
    "endmonthsago",
    "endtime",
    "endtimeu",
    "hoursago",
    "latest",
    "minutesago",
    "monthsago",
    "searchtimespandays",
    "searchtimespanhours",
    "searchtimespanminutes",
    "searchtimespanmonths",
    "startdaysago",
    "starthoursago",
    "startminutesago",
    "startmonthsago",
    "starttime",
    "starttimeu",
    "timeformat",
];

/// Whether the name is a time modifier; any case.
pub fn is_time_modifier(name: &str) -> bool {
    NAMES.iter().any(|modifier| modifier.eq_ignore_ascii_case(name))
}
