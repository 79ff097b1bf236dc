//! `geom`: adds the shapes of regions. `stats count BY state | geom geo_us_states featureIdField=state`

use std::fmt::{self, Display, Formatter};

use crate::{Command, CommandSpec, Field, Kind, Span, clause::frame::Frame, cursor::Cursor, print};

/// Add the shapes of regions.
#[derive(Debug, Clone, PartialEq)]
pub struct Geom {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// The lookup with the shapes.
    pub collection: Field,
    /// Whether regions without a row get one.
    pub all_features: bool,
    /// The field that names a row's region.
    pub id: Field,
    /// How near a point may be to the line between others to be left out.
    pub tolerance: f64,
    /// What is shown of the shapes.
    pub frame: Frame,
}

const ID: &str = "featureId";
const TOLERANCE: f64 = 0.1;

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["geom"],
    kind: Kind::Streaming,
    summary: "adds the shapes of regions",
    usage: "geom <collection> [featureIdField=<field>] [allFeatures=<bool>] [gen=<degrees>] [min_x=<n>] [min_y=<n>] [max_x=<n>] [max_y=<n>]",
    options: &["allfeatures", "featureidfield", "gen", "max_x", "max_y", "min_x", "min_y"],
    differs: &[
        "the collection must be named, and is a GeoJSON file among the lookup tables, or a definition that names one",
        "KML and KMZ are not read: of a definition with such a file, a `.geojson` of the same name is",
        "no collections come with the program",
    ],
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let mut collection = None;
    let mut geom = Geom {
        span: cursor.command_span(),
        collection: Field::new("", Span::default()),
        all_features: false,
        id: Field::new(ID, cursor.command_span()),
        tolerance: TOLERANCE,
        frame: Frame::default(),
    };
    loop {
        cursor.skip_separators();
        if cursor.at_end() {
            break;
        }
        if let Some(option) = cursor.option() {
            match option.name.node.as_str() {
                "allfeatures" => geom.all_features = cursor.boolean(&option),
                "featureidfield" => geom.id = option.field(),
                "gen" => geom.tolerance = cursor.number(&option),
                _ if geom.frame.set(cursor, &option) => {}
                _ => cursor.unknown_option(&option),
            }
            continue;
        }
        match cursor.field().filter(|_| collection.is_none()) {
            Some(name) => collection = Some(name),
            None => {
                cursor.expected("one feature collection");
                return None;
            }
        }
    }
    let Some(collection) = collection else {
        cursor.missing("the name of a feature collection");
        return None;
    };
    Some(Command::Geom(Geom { collection, ..geom }))
}

impl Display for Geom {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        write!(out, "geom {}", self.collection)?;
        print::flag(out, "allFeatures", self.all_features)?;
        let id = Some(self.id.name.as_str()).filter(|id| *id != ID);
        print::option(out, "featureIdField", id.map(print::Quoted))?;
        print::option(out, "gen", Some(self.tolerance).filter(|one| *one != TOLERANCE))?;
        write!(out, "{}", self.frame)
    }
}
