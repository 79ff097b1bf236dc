//! Which data models have summaries, as `datamodels.conf` says.
//!
//! ```text
//! [Web]
//! acceleration = true
//! acceleration.earliest_time = -1mon
//! ```
//!
//! When and how often Splunk computes them is absent: a summary is as new as the last `speleo accelerate`.

use indexmap::IndexMap;

use crate::conf::{Conf, Problem};

/// What is said of a model's summaries.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Acceleration {
    /// Whether there are to be any.
    pub enabled: bool,
    /// How far back they reach, as a relative time; none is all of time.
    pub earliest: Option<String>,
    /// Whether those of other definitions serve as well.
    pub allow_old: bool,
}

/// The models of a `datamodels.conf`.
pub fn from_conf(conf: &Conf) -> (IndexMap<String, Acceleration>, Vec<Problem>) {
    let mut found = IndexMap::new();
    let mut problems = Vec::new();
    for (name, stanza) in &conf.stanzas {
        let earliest = conf.get(stanza, "acceleration.earliest_time").map(|setting| setting.value.clone());
        let acceleration = Acceleration {
            enabled: conf.flag(stanza, "acceleration", &mut problems).unwrap_or(false),
            earliest: earliest.filter(|text| !text.is_empty() && text != "0"),
            allow_old: conf.flag(stanza, "acceleration.allow_old_summaries", &mut problems).unwrap_or(false),
        };
        found.insert(name.clone(), acceleration);
    }
    (found, problems)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn models_are_marked_with_how_far_their_summaries_reach() {
        let text = "[default]\nacceleration.earliest_time = -7d\n[Web]\nacceleration = true\n[Email]\n\
                    acceleration = 1\nacceleration.earliest_time = 0\n[Risk]\nacceleration = perhaps\n";
        let (found, problems) = from_conf(&Conf::parse(text).0);
        let earliest = Some("-7d".to_owned());
        assert_eq!(
            found.get("Web"),
            Some(&Acceleration { enabled: true, earliest: earliest.clone(), allow_old: false })
        );
        assert_eq!(found.get("Email"), Some(&Acceleration { enabled: true, ..Acceleration::default() }));
        assert_eq!(found.get("Risk"), Some(&Acceleration { earliest, ..Acceleration::default() }));
        assert_eq!(problems.iter().map(|problem| problem.line).collect::<Vec<_>>(), [9]);
    }
}
