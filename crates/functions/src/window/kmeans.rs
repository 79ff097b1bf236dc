//! `spl_kmeans(k, distance, most rounds, tolerance, number…)`: groups of rows with near numbers. `kmeans k=3 bytes duration`
//!
//! Lloyd's algorithm (*Least squares quantization in PCM*, 1982). The first centre is the point farthest from the mean of all,
//! each further one the point farthest from all centres so far (Gonzalez, *Clustering to minimize the maximum intercluster
//! distance*, 1985), so no start is random. Clusters are numbered from 1 in the order of their first rows. The result has the
//! number, the distance to the centre, and the centre; a row that lacks a number has none of them.

use std::{collections::HashMap, sync::Arc};

use datafusion::{
    arrow::{
        array::{ArrayRef, Float64Array, Int64Array, StructArray},
        datatypes::{DataType, Field, Fields},
    },
    common::Result,
};

use super::whole::Columns;
use crate::value::{ListBuilder, format_number, list_type};

/// How many arguments stand before the numbers.
const BEFORE_NUMBERS: usize = 4;

/// The type of the result.
pub(super) fn result() -> DataType {
    DataType::Struct(parts())
}

fn parts() -> Fields {
    vec![
        Field::new("cluster", DataType::Int64, true),
        Field::new("distance", DataType::Float64, true),
        Field::new("center", list_type(), true),
    ]
    .into()
}

pub(super) fn kmeans(columns: &Columns, rows: usize) -> Result<ArrayRef> {
    let count = usize::try_from(columns.integer(0)?).unwrap_or(0);
    let distance = Distance::new(&columns.text(1)?);
    let most = columns.integer(2)?;
    let tolerance = columns.double(3)?;
    let numbers = (BEFORE_NUMBERS..columns.len()).map(|index| columns.doubles(index)).collect::<Result<Vec<_>>>()?;
    let mut places = Vec::with_capacity(rows);
    let mut points: Vec<Vec<f64>> = Vec::with_capacity(rows);
    for row in 0..rows {
        let point: Option<Vec<f64>> = numbers.iter().map(|column| column.get(row).copied().flatten()).collect();
        if let Some(point) = point.filter(|point| !point.is_empty()) {
            places.push(row);
            points.push(point);
        }
    }
    let (labels, distances, centers) = cluster(&points, count, distance, most, tolerance);
    let mut clusters = vec![None; rows];
    let mut lengths = vec![None; rows];
    for ((row, label), length) in places.into_iter().zip(labels).zip(distances) {
        if let (Some(cluster), Some(place)) = (clusters.get_mut(row), lengths.get_mut(row)) {
            *cluster = Some(label as i64 + 1);
            *place = Some(length);
        }
    }
    let mut builder = ListBuilder::new(rows);
    for label in &clusters {
        let center = label.and_then(|label| centers.get(usize::try_from(label - 1).ok()?));
        center.into_iter().flatten().for_each(|number| builder.value(&format_number(*number)));
        builder.end_row();
    }
    let columns: Vec<ArrayRef> =
        vec![Arc::new(Int64Array::from(clusters)), Arc::new(Float64Array::from(lengths)), builder.finish()];
    Ok(Arc::new(StructArray::try_new(parts(), columns, None)?))
}

/// How far two points are apart.
#[derive(Clone, Copy)]
enum Distance {
    /// The sum of absolute differences.
    Block,
    /// The root of the sum of squares.
    Straight,
    /// The sum of squares.
    Squared,
    /// 1 less the cosine of the angle.
    Angle,
}

impl Distance {
    fn new(name: &str) -> Self {
        match name {
            "l1" => Self::Block,
            "l2" => Self::Straight,
            "cos" => Self::Angle,
            _ => Self::Squared,
        }
    }

    fn between(self, first: &[f64], second: &[f64]) -> f64 {
        let pairs = || first.iter().zip(second);
        let squares = || pairs().map(|(a, b)| (a - b) * (a - b)).sum::<f64>();
        match self {
            Self::Block => pairs().map(|(a, b)| (a - b).abs()).sum(),
            Self::Straight => squares().sqrt(),
            Self::Squared => squares(),
            Self::Angle => {
                let length = |point: &[f64]| point.iter().map(|x| x * x).sum::<f64>().sqrt();
                let cosine = pairs().map(|(a, b)| a * b).sum::<f64>() / (length(first) * length(second));
                if cosine.is_finite() { 1.0 - cosine } else { 1.0 }
            }
        }
    }

    /// The nearest centre, of equal ones the first, and how far it is.
    fn nearest(self, point: &[f64], centers: &[Vec<f64>]) -> (usize, f64) {
        let mut best = (0, f64::INFINITY);
        for (place, center) in centers.iter().enumerate() {
            let length = self.between(point, center);
            if length < best.1 {
                best = (place, length);
            }
        }
        best
    }
}

fn mean<'a>(points: impl Iterator<Item = &'a Vec<f64>>) -> Option<Vec<f64>> {
    let mut sum: Option<Vec<f64>> = None;
    let mut count = 0.0;
    for point in points {
        count += 1.0;
        match &mut sum {
            Some(sum) => sum.iter_mut().zip(point).for_each(|(sum, x)| *sum += x),
            None => sum = Some(point.clone()),
        }
    }
    sum.map(|sum| sum.into_iter().map(|x| x / count).collect())
}

/// The first centres: points that are far from each other; fewer where there are no more different points.
fn start(points: &[Vec<f64>], count: usize, distance: Distance) -> Vec<Vec<f64>> {
    let Some(middle) = mean(points.iter()) else { return Vec::new() };
    let mut away: Vec<f64> = points.iter().map(|point| distance.between(point, &middle)).collect();
    let mut centers: Vec<Vec<f64>> = Vec::new();
    while centers.len() < count {
        let mut farthest = (0, f64::NEG_INFINITY);
        for (place, length) in away.iter().enumerate() {
            if *length > farthest.1 {
                farthest = (place, *length);
            }
        }
        let Some(center) = points.get(farthest.0).filter(|_| centers.is_empty() || farthest.1 > 0.0) else { break };
        let is_first = centers.is_empty();
        for (point, length) in points.iter().zip(&mut away) {
            let own = distance.between(point, center);
            *length = if is_first { own } else { length.min(own) };
        }
        centers.push(center.clone());
    }
    centers
}

/// The cluster of each point, its distance to the centre, and the centres.
fn cluster(
    points: &[Vec<f64>],
    count: usize,
    distance: Distance,
    most: i64,
    tolerance: f64,
) -> (Vec<usize>, Vec<f64>, Vec<Vec<f64>>) {
    let mut centers = start(points, count, distance);
    let assign = |centers: &[Vec<f64>]| points.iter().map(|point| distance.nearest(point, centers)).collect::<Vec<_>>();
    let mut found = assign(&centers);
    for _ in 0..most.max(1) {
        let mut moved = 0.0_f64;
        for (place, center) in centers.iter_mut().enumerate() {
            let own = points.iter().zip(&found).filter(|(_, (label, _))| *label == place).map(|(point, _)| point);
            if let Some(new) = mean(own) {
                moved = moved.max(distance.between(center, &new));
                *center = new;
            }
        }
        found = assign(&centers);
        if moved <= tolerance {
            break;
        }
    }
    let mut numbers = HashMap::new();
    let mut labels = Vec::with_capacity(found.len());
    for (label, _) in &found {
        let next = numbers.len();
        labels.push(*numbers.entry(*label).or_insert(next));
    }
    let mut ordered: Vec<(usize, Vec<f64>)> =
        numbers.into_iter().filter_map(|(old, new)| Some((new, centers.get(old)?.clone()))).collect();
    ordered.sort_by_key(|(new, _)| *new);
    let centers = ordered.into_iter().map(|(_, center)| center).collect();
    (labels, found.into_iter().map(|(_, length)| length).collect(), centers)
}

#[cfg(test)]
mod tests {
    use super::{Distance, cluster};

    fn check(points: &[&[f64]], count: usize, distance: &str, expected: &[usize]) {
        let points: Vec<Vec<f64>> = points.iter().map(|point| point.to_vec()).collect();
        assert_eq!(cluster(&points, count, Distance::new(distance), 100, 0.0).0, expected);
    }

    #[test]
    fn near_points_share_a_cluster() {
        let points: &[&[f64]] = &[&[1.0], &[9.0], &[2.0], &[8.0], &[50.0]];
        check(points, 3, "sq", &[0, 1, 0, 1, 2]);
        check(points, 2, "l1", &[0, 0, 0, 0, 1]);
        check(points, 1, "l2", &[0, 0, 0, 0, 0]);
        check(&[&[1.0, 1.0], &[0.0, 5.0], &[9.0, 9.1]], 2, "cos", &[0, 1, 0]);
        check(&[&[1.0], &[1.0]], 5, "sq", &[0, 0]);
        check(&[], 2, "sq", &[]);
        check(points, 0, "sq", &[0, 0, 0, 0, 0]);
    }
}
