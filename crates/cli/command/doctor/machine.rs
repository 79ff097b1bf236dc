//! The machine: cores, memory, clock and time zones.

use std::fs;

use chrono::{DateTime, Offset, TimeZone, Utc};
use chrono_tz::Tz;

use super::Finding;
use crate::quantity::size;

/// With less than this, sorts and large groups soon go to disk.
const LITTLE_MEMORY: u64 = 1 << 30;

/// No clock is right that stands before this version was made: 2026-01-01.
const EARLIEST_NOW: i64 = 1_767_225_600;
/// Nor one that stands in the next century: 2100-01-01.
const LATEST_NOW: i64 = 4_102_444_800;

/// What the machine gives.
pub(super) fn findings(memory_limit: Option<usize>) -> Vec<Finding> {
    vec![cores(), memory(memory_limit), clock(Utc::now().timestamp()), zones()]
}

fn cores() -> Finding {
    match std::thread::available_parallelism() {
        Ok(cores) => Finding::ok("cores", cores.to_string()),
        Err(error) => Finding::warning("cores", format!("not known: {error}"), "searches run on one core"),
    }
}

fn memory(limit: Option<usize>) -> Finding {
    const TOPIC: &str = "memory";
    let Some((total, available)) = fs::read_to_string("/proc/meminfo").ok().and_then(|text| meminfo(&text)) else {
        return Finding::warning(TOPIC, "not known", "`--memory-limit` says what a search may take");
    };
    let text = format!("{}, {} of it free", size(total), size(available));
    // A container's bound is below what the machine has, and whoever passes it is killed without a word.
    let bound = container_bound().filter(|bound| *bound < total);
    let text = match bound {
        Some(bound) => format!("{text}, bounded to {} by the container", size(bound)),
        None => text,
    };
    let taken = limit.unwrap_or_else(speleo_engine::default_memory_limit) as u64;
    match bound {
        Some(bound) if taken > bound => Finding::warning(
            TOPIC,
            format!("{text}; a search may take {}", size(taken)),
            format!("`--memory-limit {}MB` keeps searches within the container", (bound / 4 * 3) >> 20),
        ),
        _ if available < LITTLE_MEMORY => {
            Finding::warning(TOPIC, text, "large groups and sorts go to disk; `--memory-limit` keeps searches small")
        }
        _ => Finding::ok(TOPIC, format!("{text}; a search may take {}", size(taken))),
    }
}

/// All and free memory in bytes.
fn meminfo(text: &str) -> Option<(u64, u64)> {
    let read = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name))?;
        line.split_whitespace().next()?.parse::<u64>().ok()?.checked_mul(1024)
    };
    Some((read("MemTotal:")?, read("MemAvailable:")?))
}

/// The bound that a container sets, of either generation of control groups.
fn container_bound() -> Option<u64> {
    ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"]
        .into_iter()
        .find_map(|path| fs::read_to_string(path).ok()?.trim().parse().ok())
}

fn clock(now: i64) -> Finding {
    let text = DateTime::from_timestamp(now, 0).map_or_else(|| now.to_string(), |time| time.to_rfc3339());
    if (EARLIEST_NOW..LATEST_NOW).contains(&now) {
        Finding::ok("clock", text)
    } else {
        Finding::problem("clock", text, "the system's clock is wrong: relative times and schedules mean other events")
    }
}

fn zones() -> Finding {
    // Both sides of a change of clocks, by the rules as they are known.
    let offset = |time: i64| {
        Tz::Europe__Berlin.timestamp_opt(time, 0).single().map(|time| time.offset().fix().local_minus_utc())
    };
    let system = iana_time_zone::get_timezone();
    if (offset(1_711_846_799), offset(1_711_846_800)) != (Some(3600), Some(7200)) {
        return Finding::problem("zones", "the time zone database gives wrong times", "this is a bug of the build");
    }
    match system.as_deref().map(|name| (name, name.parse::<Tz>())) {
        Ok((name, Ok(_))) => Finding::ok("zones", format!("the system is in {name}; the database is built in")),
        Ok((name, Err(_))) => Finding::warning(
            "zones",
            format!("the system's zone `{name}` is not known; times without a zone are read as UTC"),
            "`--timezone` or `timezone` in speleo.toml names one, such as Europe/Berlin",
        ),
        Err(_) => Finding::warning(
            "zones",
            "the system names no zone; times without a zone are read as UTC",
            "`--timezone` or `timezone` in speleo.toml names one, such as Europe/Berlin",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::{EARLIEST_NOW, clock, meminfo, zones};
    use crate::command::doctor::Verdict;

    #[test]
    fn memory_is_read_in_kilobytes() {
        let text = "MemTotal:       24 kB\nMemFree:  1 kB\nMemAvailable:   20 kB\n";
        assert_eq!(meminfo(text), Some((24 << 10, 20 << 10)));
        assert_eq!(meminfo("MemTotal: x kB\n"), None);
    }

    #[test]
    fn a_clock_at_the_epoch_is_a_problem() {
        assert_eq!(clock(0).verdict, Verdict::Problem);
        assert_eq!(clock(EARLIEST_NOW).verdict, Verdict::Ok);
        assert_eq!(clock(9_999_999_999).verdict, Verdict::Problem);
    }

    #[test]
    fn the_database_of_zones_knows_summer() {
        assert_ne!(zones().verdict, Verdict::Problem);
    }
}
