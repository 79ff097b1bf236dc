//! A figure as pixels, and pixels as PNG.
//!
//! Outlines are filled by coverage, so edges are smooth; lines and circles become outlines first.

use std::{f64::consts::TAU, io::Write};

use ab_glyph_rasterizer::{Rasterizer, point};
use anyhow::Result;
use flate2::{Compression, Crc, write::ZlibEncoder};

use super::{
    colour::Colour,
    font::{self, Stroke},
    scene::{Anchor, Point, Scene, Shape},
};

/// Pixels for each unit: sharp on paper and on dense screens.
const PIXELS: f64 = 2.0;
/// Corners of a circle.
const CORNERS: usize = 24;

/// The figure as a file.
pub(super) fn bytes(scene: &Scene) -> Result<Vec<u8>> {
    encode(&Image::of(scene))
}

/// The colours of the figure's pixels.
#[cfg(test)]
pub(super) fn pixels(scene: &Scene) -> Vec<u8> {
    Image::of(scene).pixels
}

struct Image {
    width: usize,
    height: usize,
    /// Red, green and blue of each pixel, from the top left.
    pixels: Vec<u8>,
}

impl Image {
    fn of(scene: &Scene) -> Self {
        let pixels = |units: f64| (units * PIXELS).round() as usize;
        let (width, height) = (pixels(scene.width), pixels(scene.height));
        let mut image = Self { width, height, pixels: vec![Colour::PAPER.0; width * height * 3] };
        scene.shapes.iter().for_each(|shape| image.draw(shape));
        image
    }

    fn draw(&mut self, shape: &Shape) {
        match shape {
            Shape::Fill { points, colour, strength, .. } => self.fill(&polygon(points), *colour, *strength),
            Shape::Line { points, colour, width, is_dashed, .. } => {
                let parts = if *is_dashed { dashes(points) } else { vec![points.clone()] };
                let strokes: Vec<Stroke> = parts.iter().flat_map(|part| outline(part, width / 2.0)).collect();
                self.fill(&strokes, *colour, 1.0);
            }
            Shape::Dot { at, radius, colour, .. } => self.fill(&polygon(&circle(*at, *radius)), *colour, 1.0),
            Shape::Text { at, size, anchor, colour, text } => {
                let width = font::width(text, *size);
                let start = match anchor {
                    Anchor::Start => at.0,
                    Anchor::Middle => at.0 - width / 2.0,
                    Anchor::End => at.0 - width,
                };
                let strokes: Vec<Stroke> =
                    font::outlines(text, *size).into_iter().map(|stroke| moved(stroke, (start, at.1))).collect();
                self.fill(&strokes, *colour, 1.0);
            }
        }
    }

    /// Fills what outlines enclose.
    fn fill(&mut self, strokes: &[Stroke], colour: Colour, strength: f64) {
        let Some((left, top, right, bottom)) = self.bounds(strokes) else { return };
        let (width, height) = (right - left, bottom - top);
        let mut raster = Rasterizer::new(width, height);
        let (left_edge, top_edge) = (left as f64, top as f64);
        // Outside of the box nothing is drawn; what lies there is brought to its rim, which keeps what is inside.
        let at = |(x, y): Point| {
            let x = (x * PIXELS - left_edge).clamp(0.0, width as f64);
            let y = (y * PIXELS - top_edge).clamp(0.0, height as f64);
            point(x as f32, y as f32)
        };
        for stroke in strokes {
            match stroke {
                Stroke::Line(a, b) => raster.draw_line(at(*a), at(*b)),
                Stroke::Quad(a, b, c) => raster.draw_quad(at(*a), at(*b), at(*c)),
                Stroke::Cubic(a, b, c, d) => raster.draw_cubic(at(*a), at(*b), at(*c), at(*d)),
            }
        }
        raster.for_each_pixel_2d(|x, y, coverage| {
            let cover = f64::from(coverage.min(1.0)) * strength;
            let place = ((top + y as usize) * self.width + left + x as usize) * 3;
            if let Some(pixel) = self.pixels.get_mut(place..place + 3).filter(|_| cover > 0.0) {
                for (there, new) in pixel.iter_mut().zip([colour.0, colour.1, colour.2]) {
                    *there = (f64::from(*there) * (1.0 - cover) + f64::from(new) * cover).round() as u8;
                }
            }
        });
    }

    /// The box of pixels around some outlines, as far as it lies in the image.
    fn bounds(&self, strokes: &[Stroke]) -> Option<(usize, usize, usize, usize)> {
        let points = || {
            strokes.iter().flat_map(|stroke| match stroke {
                Stroke::Line(a, b) => vec![*a, *b],
                Stroke::Quad(a, b, c) => vec![*a, *b, *c],
                Stroke::Cubic(a, b, c, d) => vec![*a, *b, *c, *d],
            })
        };
        let within = |value: f64, most: usize| (value * PIXELS).clamp(0.0, most as f64);
        let least = |values: &mut dyn Iterator<Item = f64>| values.fold(f64::INFINITY, f64::min);
        let most = |values: &mut dyn Iterator<Item = f64>| values.fold(f64::NEG_INFINITY, f64::max);
        let left = within(least(&mut points().map(|point| point.0)), self.width).floor() as usize;
        let right = within(most(&mut points().map(|point| point.0)), self.width).ceil() as usize;
        let top = within(least(&mut points().map(|point| point.1)), self.height).floor() as usize;
        let bottom = within(most(&mut points().map(|point| point.1)), self.height).ceil() as usize;
        (left < right && top < bottom).then_some((left, top, right, bottom))
    }
}

fn moved(stroke: Stroke, (x, y): Point) -> Stroke {
    let to = |point: Point| (point.0 + x, point.1 + y);
    match stroke {
        Stroke::Line(a, b) => Stroke::Line(to(a), to(b)),
        Stroke::Quad(a, b, c) => Stroke::Quad(to(a), to(b), to(c)),
        Stroke::Cubic(a, b, c, d) => Stroke::Cubic(to(a), to(b), to(c), to(d)),
    }
}

/// The strokes around some corners.
fn polygon(points: &[Point]) -> Vec<Stroke> {
    let following = points.iter().cycle().skip(1);
    points.iter().zip(following).map(|(from, to)| Stroke::Line(*from, *to)).collect()
}

fn circle((x, y): Point, radius: f64) -> Vec<Point> {
    let corner = |corner: usize| {
        let angle = corner as f64 / CORNERS as f64 * TAU;
        (x + radius * angle.cos(), y + radius * angle.sin())
    };
    (0..CORNERS).map(corner).collect()
}

/// The outline of a line: a box for each part and a circle at each bend. All go round the same way, so that they add up where
/// they overlap.
fn outline(points: &[Point], half: f64) -> Vec<Stroke> {
    let mut strokes = Vec::new();
    for pair in points.windows(2) {
        let [(x0, y0), (x1, y1)] = pair else { continue };
        let length = (x1 - x0).hypot(y1 - y0);
        if length > 0.0 {
            let (across, down) = (-(y1 - y0) / length * half, (x1 - x0) / length * half);
            strokes.extend(polygon(&[
                (x0 - across, y0 - down),
                (x1 - across, y1 - down),
                (x1 + across, y1 + down),
                (x0 + across, y0 + down),
            ]));
        }
    }
    let bends = points.get(1..points.len().saturating_sub(1)).unwrap_or_default();
    strokes.extend(bends.iter().filter(|_| half > 0.6).flat_map(|bend| polygon(&circle(*bend, half))));
    strokes
}

/// A line cut into dashes of 7 units with 4 between them.
fn dashes(points: &[Point]) -> Vec<Vec<Point>> {
    let mut parts = vec![Vec::new()];
    let (mut is_on, mut left) = (true, 7.0_f64);
    for pair in points.windows(2) {
        let [(x0, y0), (x1, y1)] = pair else { continue };
        let length = (x1 - x0).hypot(y1 - y0);
        let mut done = 0.0;
        let at = |done: f64| (x0 + (x1 - x0) * done / length.max(1e-9), y0 + (y1 - y0) * done / length.max(1e-9));
        while done < length {
            let step = left.min(length - done);
            if is_on && let Some(part) = parts.last_mut() {
                if part.is_empty() {
                    part.push(at(done));
                }
                part.push(at(done + step));
            }
            done += step;
            left -= step;
            if left <= 0.0 {
                is_on = !is_on;
                left = if is_on { 7.0 } else { 4.0 };
                parts.push(Vec::new());
            }
        }
    }
    parts
}

/// Eight bits a colour, no filters: figures are flat and become small anyway.
fn encode(image: &Image) -> Result<Vec<u8>> {
    let mut out = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut header = Vec::new();
    header.extend(u32::try_from(image.width)?.to_be_bytes());
    header.extend(u32::try_from(image.height)?.to_be_bytes());
    // Bits, red-green-blue, and the only methods that there are.
    header.extend([8, 2, 0, 0, 0]);
    chunk(&mut out, b"IHDR", &header)?;
    // Pixels a metre.
    let density = ((96.0 * PIXELS / 0.0254).round() as u32).to_be_bytes();
    chunk(&mut out, b"pHYs", &[&density[..], &density[..], &[1]].concat())?;
    let mut rows = ZlibEncoder::new(Vec::new(), Compression::default());
    for row in image.pixels.chunks(image.width * 3) {
        rows.write_all(&[0])?;
        rows.write_all(row)?;
    }
    chunk(&mut out, b"IDAT", &rows.finish()?)?;
    chunk(&mut out, b"IEND", &[])?;
    Ok(out)
}

fn chunk(out: &mut Vec<u8>, name: &[u8; 4], data: &[u8]) -> Result<()> {
    out.extend(u32::try_from(data.len())?.to_be_bytes());
    let mut check = Crc::new();
    check.update(name);
    check.update(data);
    out.extend(name);
    out.extend(data);
    out.extend(check.sum().to_be_bytes());
    Ok(())
}
