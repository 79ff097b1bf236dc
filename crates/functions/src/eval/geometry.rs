//! Polygons of maps, as GeoJSON texts: with fewer points, and cut to a box. `geom geo_us_states featureIdField=state gen=0.1`
//!
//! `spl_geometry(geom, gen, min_x, min_y, max_x, max_y)` takes the points away that lie nearer than `gen` to the line between
//! those that stay (Ramer, Douglas and Peucker), then what lies outside of the box, edge by edge (Sutherland and Hodgman). A ring
//! that would lose its area keeps its points. Other geometries than polygons stay as they are.

use std::sync::Arc;

use datafusion::{arrow::array::ArrayRef, common::Result, logical_expr::ScalarUDF};
use serde_json::{Number, Value};

use super::kernel::{Arguments, kernel, text, texts};

/// A place: longitude and latitude.
type Point = (f64, f64);

/// The fewest points of a ring, which ends where it begins.
const SHORTEST: usize = 4;

/// The kernels.
pub fn kernels() -> Vec<Arc<ScalarUDF>> {
    vec![kernel("spl_geometry", text, geometry)]
}

/// A box of longitudes and latitudes.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Frame {
    low: Point,
    high: Point,
}

/// The whole map.
const MAP: Frame = Frame { low: (-180.0, -90.0), high: (180.0, 90.0) };

fn geometry(args: &Arguments) -> Result<ArrayRef> {
    let shapes = args.texts(0)?;
    let mut numbers = [0.0; 5];
    for (place, number) in numbers.iter_mut().enumerate() {
        *number = args.numbers(place + 1)?.get(0).unwrap_or(0.0);
    }
    let [tolerance, min_x, min_y, max_x, max_y] = numbers;
    let frame = Frame { low: (min_x, min_y), high: (max_x, max_y) };
    texts(args.rows(), |row| {
        let shape = shapes.get(row)?;
        if tolerance <= 0.0 && frame == MAP {
            return Some(shape.into_owned());
        }
        match serde_json::from_str::<Value>(&shape) {
            Ok(value) => Some(drawn(value, tolerance, frame)?.to_string()),
            Err(_) => Some(shape.into_owned()),
        }
    })
}

/// The shape as it is drawn; none where nothing of it is left.
fn drawn(mut shape: Value, tolerance: f64, frame: Frame) -> Option<Value> {
    let kind = shape.get("type").and_then(Value::as_str).unwrap_or_default().to_owned();
    let Some(coordinates) = shape.get_mut("coordinates") else { return Some(shape) };
    let polygon = |rings: &Value| -> Option<Value> {
        let mut kept: Vec<Value> = Vec::new();
        for (n, ring) in rings.as_array()?.iter().enumerate() {
            let ring = clipped(simplified(&points(ring)?, tolerance), frame);
            // Without its outline a polygon is nothing; a hole may close.
            match (ring.len() < SHORTEST, n) {
                (true, 0) => return None,
                (true, _) => {}
                (false, _) => kept.push(value(&ring)),
            }
        }
        (!kept.is_empty()).then_some(Value::Array(kept))
    };
    let new = match kind.as_str() {
        "Polygon" => polygon(coordinates)?,
        "MultiPolygon" => {
            let parts: Vec<Value> = coordinates.as_array()?.iter().filter_map(polygon).collect();
            if parts.is_empty() {
                return None;
            }
            Value::Array(parts)
        }
        _ => return Some(shape),
    };
    *coordinates = new;
    Some(shape)
}

fn points(ring: &Value) -> Option<Vec<Point>> {
    let point = |place: &Value| Some((place.get(0)?.as_f64()?, place.get(1)?.as_f64()?));
    ring.as_array()?.iter().map(point).collect()
}

fn value(ring: &[Point]) -> Value {
    let number = |number: f64| {
        let whole = number as i64;
        let exact = if whole as f64 == number { Some(Number::from(whole)) } else { Number::from_f64(number) };
        exact.map_or(Value::Null, Value::Number)
    };
    Value::Array(ring.iter().map(|(x, y)| Value::Array(vec![number(*x), number(*y)])).collect())
}

/// The points that are farther than `tolerance` from the line between others.
fn simplified(ring: &[Point], tolerance: f64) -> Vec<Point> {
    if tolerance <= 0.0 || ring.len() <= SHORTEST {
        return ring.to_vec();
    }
    let mut keep = vec![false; ring.len()];
    let mut parts = vec![(0, ring.len() - 1)];
    while let Some((first, last)) = parts.pop() {
        for end in [first, last] {
            if let Some(keep) = keep.get_mut(end) {
                *keep = true;
            }
        }
        let (Some(from), Some(to)) = (ring.get(first), ring.get(last)) else { continue };
        let between = ring.iter().enumerate().skip(first + 1).take(last.saturating_sub(first + 1));
        let farthest = between.map(|(place, point)| (place, distance(*point, *from, *to)));
        let farthest = farthest.max_by(|(_, one), (_, other)| one.total_cmp(other));
        if let Some((place, _)) = farthest.filter(|(_, distance)| *distance > tolerance) {
            parts.extend([(first, place), (place, last)]);
        }
    }
    let kept: Vec<Point> = ring.iter().zip(&keep).filter(|(_, keep)| **keep).map(|(point, _)| *point).collect();
    if kept.len() < SHORTEST { ring.to_vec() } else { kept }
}

/// How far a point is from the line between two others.
fn distance((x, y): Point, (from_x, from_y): Point, (to_x, to_y): Point) -> f64 {
    let (dx, dy) = (to_x - from_x, to_y - from_y);
    let length = dx.hypot(dy);
    if length == 0.0 {
        return (x - from_x).hypot(y - from_y);
    }
    (dy * (x - from_x) - dx * (y - from_y)).abs() / length
}

/// The part of a ring within the box, closed again.
fn clipped(ring: Vec<Point>, frame: Frame) -> Vec<Point> {
    let is_inside = |(x, y): &Point| *x >= frame.low.0 && *x <= frame.high.0 && *y >= frame.low.1 && *y <= frame.high.1;
    if ring.iter().all(is_inside) {
        return ring;
    }
    let mut points = ring;
    points.pop();
    let edges: [(bool, f64, bool); 4] = [
        (true, frame.low.0, true),
        (true, frame.high.0, false),
        (false, frame.low.1, true),
        (false, frame.high.1, false),
    ];
    for (of_x, bound, above) in edges {
        let along = |point: Point| if of_x { point.0 } else { point.1 };
        let inside = |point: Point| if above { along(point) >= bound } else { along(point) <= bound };
        let crossing = |a: Point, b: Point| {
            let share = (bound - along(a)) / (along(b) - along(a));
            if of_x { (bound, a.1 + share * (b.1 - a.1)) } else { (a.0 + share * (b.0 - a.0), bound) }
        };
        let mut next = Vec::with_capacity(points.len() + 4);
        let before = points.last().copied().into_iter().chain(points.iter().copied());
        for (from, to) in before.zip(points.iter().copied()) {
            match (inside(from), inside(to)) {
                (true, true) => next.push(to),
                (true, false) => next.push(crossing(from, to)),
                (false, true) => next.extend([crossing(from, to), to]),
                (false, false) => {}
            }
        }
        points = next;
    }
    points.extend(points.first().copied());
    points
}

#[cfg(test)]
mod tests {
    use crate::eval::kernel::testing::{check, literal_number, texts};

    fn check_shape(shape: &str, [tolerance, min_x, min_y, max_x, max_y]: [f64; 5], expected: &str) {
        let bounds = [tolerance, min_x, min_y, max_x, max_y].map(literal_number);
        let mut args = vec![texts(&[shape])];
        args.extend(bounds);
        check("spl_geometry", &args, &[expected]);
    }

    const MAP: [f64; 5] = [0.0, -180.0, -90.0, 180.0, 90.0];
    const SQUARE: &str = r#"{"type":"Polygon","coordinates":[[[0,0],[10,0],[10,10],[0,10],[0,0]]]}"#;

    #[test]
    fn the_whole_map_and_other_texts_stay() {
        check_shape(SQUARE, MAP, SQUARE);
        check_shape("no shape", [1.0, 0.0, 0.0, 1.0, 1.0], "no shape");
        let point = r#"{"type":"Point","coordinates":[50,50]}"#;
        check_shape(point, [0.0, 0.0, 0.0, 1.0, 1.0], point);
        check_shape("null", MAP, "null");
    }

    #[test]
    fn points_near_the_line_go() {
        let shape = r#"{"type":"Polygon","coordinates":[[[0,0],[5,0.05],[10,0],[10,10],[5,10.5],[0,10],[0,0]]]}"#;
        let kept = r#"{"type":"Polygon","coordinates":[[[0,0],[10,0],[10,10],[5,10.5],[0,10],[0,0]]]}"#;
        check_shape(shape, [0.1, -180.0, -90.0, 180.0, 90.0], kept);
        // A ring without an area would be no ring.
        let small = r#"{"coordinates":[[[0,0],[0.01,0],[0.01,0.01],[0,0.01],[0,0]]],"type":"Polygon"}"#;
        check_shape(small, [5.0, -180.0, -90.0, 180.0, 90.0], small);
    }

    #[test]
    fn the_box_cuts() {
        let cut = r#"{"type":"Polygon","coordinates":[[[5,5],[10,5],[10,10],[5,10],[5,5]]]}"#;
        check_shape(SQUARE, [0.0, 5.0, 5.0, 20.0, 20.0], cut);
        check_shape(SQUARE, [0.0, 50.0, 50.0, 60.0, 60.0], "null");
        let two = r#"{"type":"MultiPolygon","coordinates":[[[[0,0],[1,0],[1,1],[0,0]]],[[[8,8],[9,8],[9,9],[8,8]]]]}"#;
        let one = r#"{"type":"MultiPolygon","coordinates":[[[[8,8],[9,8],[9,9],[8,8]]]]}"#;
        check_shape(two, [0.0, 5.0, 5.0, 10.0, 10.0], one);
    }
}
