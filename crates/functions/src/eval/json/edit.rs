//! Changes of a JSON value at a path.

use serde_json::{Map, Value};

use super::path::Step;

/// Puts a value at a path. Objects that are missing on the way are made; where something else is in the way nothing happens.
pub(super) fn set(target: &mut Value, steps: &[Step], value: &Value) {
    let Some((step, rest)) = steps.split_first() else {
        *target = value.clone();
        return;
    };
    match (step, target) {
        (Step::Key(key), Value::Object(map)) => match map.get_mut(key) {
            Some(child) => set(child, rest, value),
            None => {
                if let Some(made) = made(rest, value) {
                    map.insert(key.clone(), made);
                }
            }
        },
        (Step::Index(index), Value::Array(elements)) => {
            if *index == elements.len() {
                elements.extend(made(rest, value));
            } else if let Some(element) = elements.get_mut(*index) {
                set(element, rest, value);
            }
        }
        (Step::All, Value::Array(elements)) => elements.iter_mut().for_each(|element| set(element, rest, value)),
        _ => {}
    }
}

/// Objects within objects around a value; only keys can be made.
fn made(steps: &[Step], value: &Value) -> Option<Value> {
    steps.iter().rev().try_fold(value.clone(), |inner, step| match step {
        Step::Key(key) => Some(Value::Object(Map::from_iter([(key.clone(), inner)]))),
        _ => None,
    })
}

/// Adds values to the arrays at a path; what is no array there becomes one. Nothing happens where the path leads nowhere.
pub(super) fn append(target: &mut Value, steps: &[Step], values: &[Value]) {
    let Some((step, rest)) = steps.split_first() else {
        if let Value::Array(elements) = target {
            elements.extend_from_slice(values);
        } else {
            let mut elements = vec![target.take()];
            elements.extend_from_slice(values);
            *target = Value::Array(elements);
        }
        return;
    };
    match (step, target) {
        (Step::Key(key), Value::Object(map)) => {
            if let Some(child) = map.get_mut(key) {
                append(child, rest, values);
            }
        }
        (Step::Index(index), Value::Array(elements)) => {
            if let Some(element) = elements.get_mut(*index) {
                append(element, rest, values);
            }
        }
        (Step::All, Value::Array(elements)) => elements.iter_mut().for_each(|element| append(element, rest, values)),
        _ => {}
    }
}

/// Removes the key at a path of keys; the others keep their order.
pub(super) fn delete(target: &mut Value, steps: &[Step]) {
    let (Some((Step::Key(key), rest)), Value::Object(map)) = (steps.split_first(), target) else { return };
    if rest.is_empty() {
        map.shift_remove(key);
    } else if let Some(child) = map.get_mut(key) {
        delete(child, rest);
    }
}
