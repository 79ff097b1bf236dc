//! A figure as SVG: text alone, no scripts, nothing from elsewhere; a pointer over a part shows what it is.

use std::fmt::Write;

use super::{
    colour::Colour,
    font::FAMILY,
    scene::{Anchor, Point, Scene, Shape},
};

/// The figure as text.
pub(super) fn text(scene: &Scene) -> String {
    let (width, height) = (number(scene.width), number(scene.height));
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" \
         font-family=\"'{FAMILY}', Verdana, 'Segoe UI', sans-serif\" role=\"img\">\n"
    );
    if !scene.title.is_empty() {
        out.push_str(&format!("<title>{}</title>\n", escaped(&scene.title)));
    }
    out.push_str(&format!("<rect width=\"{width}\" height=\"{height}\" fill=\"{}\"/>\n", Colour::PAPER.css()));
    for shape in &scene.shapes {
        // Writing to a text cannot fail.
        let _ = draw(&mut out, shape);
    }
    out.push_str("</svg>\n");
    out
}

fn draw(out: &mut String, shape: &Shape) -> std::fmt::Result {
    let (name, title) = match shape {
        Shape::Fill { points, colour, strength, title } => {
            write!(out, "<polygon points=\"{}\" fill=\"{}\"", places(points), colour.css())?;
            if *strength < 1.0 {
                write!(out, " fill-opacity=\"{}\"", number(*strength))?;
            }
            ("polygon", title)
        }
        Shape::Line { points, colour, width, is_dashed, title } => {
            let dashes = if *is_dashed { " stroke-dasharray=\"7 4\"" } else { "" };
            write!(
                out,
                "<polyline points=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"{}\" stroke-linejoin=\"round\"{dashes}",
                places(points),
                colour.css(),
                number(*width)
            )?;
            ("polyline", title)
        }
        Shape::Dot { at: (x, y), radius, colour, title } => {
            let (x, y) = (number(*x), number(*y));
            write!(out, "<circle cx=\"{x}\" cy=\"{y}\" r=\"{}\" fill=\"{}\"", number(*radius), colour.css())?;
            ("circle", title)
        }
        Shape::Text { at: (x, y), size, anchor, colour, text } => {
            let anchor = match anchor {
                Anchor::Start => "",
                Anchor::Middle => " text-anchor=\"middle\"",
                Anchor::End => " text-anchor=\"end\"",
            };
            let (x, y, size) = (number(*x), number(*y), number(*size));
            let colour = colour.css();
            return writeln!(
                out,
                "<text x=\"{x}\" y=\"{y}\" font-size=\"{size}\" fill=\"{colour}\"{anchor}>{}</text>",
                escaped(text)
            );
        }
    };
    match title.as_str() {
        "" => writeln!(out, "/>"),
        title => writeln!(out, "><title>{}</title></{name}>", escaped(title)),
    }
}

fn places(points: &[Point]) -> String {
    let places: Vec<_> = points.iter().map(|(x, y)| format!("{},{}", number(*x), number(*y))).collect();
    places.join(" ")
}

/// A number with as many decimals as an eye sees.
fn number(number: f64) -> String {
    let text = format!("{number:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A text between tags; what XML cannot hold at all is replaced.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
            c if c.is_control() && c != '\n' => escaped.push('\u{fffd}'),
            c => escaped.push(c),
        }
    }
    escaped
}
