use std::collections::HashSet;

use super::{functions as specs, kernels};
use crate::Kernel;

#[test]
fn every_call_has_its_kernel() {
    let kernels: HashSet<String> = kernels().iter().map(|udf| udf.name().to_owned()).collect();
    for spec in specs() {
        if let Kernel::Call(name) = spec.kernel {
            assert!(kernels.contains(name), "{} calls {name}", spec.usage);
            assert_eq!(Some(name.to_owned()), spec.names.first().map(|canonical| format!("spl_{canonical}")));
        }
    }
}

#[test]
fn names_are_unique() {
    let names: Vec<&str> = specs().flat_map(|spec| spec.names.iter().copied()).collect();
    let unique: HashSet<&str> = names.iter().copied().collect();
    assert_eq!(names.len(), unique.len());
    assert!(names.iter().all(|name| name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')));

    let kernels = kernels();
    let unique: HashSet<&str> = kernels.iter().map(|udf| udf.name()).collect();
    assert_eq!(kernels.len(), unique.len());
    assert!(unique.iter().all(|name| name.starts_with("spl_")));
}

#[test]
fn rows_are_complete() {
    for spec in specs() {
        let name = spec.names.first().copied().unwrap_or_default();
        assert!(spec.usage.starts_with(&format!("{name}(")) && spec.usage.ends_with(')'), "{}", spec.usage);
        assert!(spec.summary.ends_with('.'), "{name}");
        assert!(spec.max_args.is_none_or(|most| spec.min_args <= most), "{name}");
        assert!(spec.max_args == Some(0) || !spec.args.is_empty(), "{name}");
        assert!(spec.differs.iter().chain([&spec.nulls, &spec.several]).all(|rule| rule.ends_with('.')), "{name}");
    }
}

#[test]
fn usage_names_the_arguments() {
    for spec in specs() {
        let (more, named): (Vec<_>, Vec<_>) = spec.arguments().partition(|argument| argument.name == "…");
        match spec.max_args {
            Some(most) => assert_eq!((named.len(), more.len()), (most, 0), "{}", spec.usage),
            None => assert!(more.len() == 1 && named.len() >= spec.min_args, "{}", spec.usage),
        }
    }
}
