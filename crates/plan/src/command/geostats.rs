//! The meaning of `geostats`: aggregates by cells of a map. `geostats latfield=lat longfield=lon count BY city`
//!
//! Every row counts once for each zoom level, in the cell that holds it; a level's cells have half the sides of those below. The
//! coordinates of a cell are the means of its rows. Cells come level by level, from the south-west corner of the map. Rows
//! without coordinates, or with some that are not on the globe, count nowhere.

use datafusion::{
    arrow::datatypes::DataType,
    common::{Column, NullHandling, UnnestOptions},
    functions::math::expr_fn::floor,
    functions_aggregate::{average::avg_udaf, count::count_udaf},
    functions_nested::make_array::make_array,
    functions_window::rank::dense_rank_udwf,
    logical_expr::{Expr, LogicalPlanBuilder, WindowFrame, cast, lit, when},
};
use speleo_syntax::{
    clause::{
        bins::{Axis, Bins},
        series::Series,
    },
    command::geostats::GeoStats,
};

use super::chart::{
    axis::Label,
    measure,
    pivot::{Spine, Table},
};
use crate::{
    Result,
    aggregate::{self, Input},
    command::rows,
    kernel,
    lower::{Context, Lower},
    meet,
    relation::{Relation, column},
    window::{self, Window},
};

/// The field that names a cell.
const CELL: &str = "geobin";
/// What stands between the parts of a cell's label.
const SEPARATOR: &str = "|";

impl Lower for GeoStats {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        let input = rows(input, "geostats", self.span)?;
        let measures = measure::resolve(&self.aggregates, &input, &[], None, cx).await?;
        let (mut placed, cell) = self.placed(input)?;
        let row = Input { expr: column(&cell), data_type: DataType::Utf8 };
        let table = match &self.by {
            Some(by) if !self.translate => {
                let mut keys = aggregate::keys(placed, [cell.as_str(), by.name.as_str()], false)?;
                keys.keys.iter_mut().filter(|key| key.name == cell).for_each(|key| CELL.clone_into(&mut key.name));
                let grouped = aggregate::group(keys, &measures.outputs)?;
                let grouped = measures.derive(grouped, cx).await?;
                let mut outputs = vec![(CELL.to_owned(), column(CELL)), (by.name.clone(), column(&by.name))];
                outputs.extend(measures.measures.iter().map(|one| (one.name.clone(), column(&one.place))));
                grouped.select(outputs)?
            }
            by => {
                let series = Series { limit: self.global_limit, ..Series::default() };
                let mut label = None;
                if let Some(field) = by {
                    let axis = Axis { field: field.clone(), bins: Bins::default() };
                    let whole = Label::of_columns(&axis, &placed, &series, self.span, cx).await?;
                    let is_limited = self.local_limit > 0
                        && (self.global_limit == 0 || self.local_limit < self.global_limit)
                        && !meet::is_list(&whole.data_type);
                    label = Some(if is_limited {
                        let value;
                        (placed, value) = self.limited(placed, &cell, whole.expr.clone(), &series)?;
                        Label { expr: value, ..whole }
                    } else {
                        whole
                    });
                }
                let rows = vec![Label::plain(CELL, row)];
                Table {
                    input: placed,
                    rows,
                    column: label,
                    measures,
                    series: &series,
                    total: None,
                    spine: Spine::None,
                    name: "geostats",
                }
                .lower(cx)
                .await?
            }
        };
        self.unpacked(table)
    }
}

/// The parts of `geostats`.
trait Cells {
    /// The rows, once for each zoom level, with the label of their cell: its place in order, name and coordinates.
    fn placed(&self, input: Relation) -> Result<(Relation, String)>;
    /// The label of columns where only the most frequent values of each cell are kept.
    fn limited(&self, placed: Relation, cell: &str, value: Expr, series: &Series) -> Result<(Relation, Expr)>;
    /// The table with the parts of the labels as columns.
    fn unpacked(&self, table: Relation) -> Result<Relation>;
}

impl Cells for GeoStats {
    fn placed(&self, input: Relation) -> Result<(Relation, String)> {
        let number = |name: &str| -> Result<Expr> {
            let field = Input::field(&input, name)?;
            meet::convert(field.expr, &field.data_type, &DataType::Float64)
        };
        let (latitude, longitude) = (number(&self.latitude)?, number(&self.longitude)?);
        let (mut placed, latitude) = input.hidden("latitude", latitude)?;
        let longitude_column;
        (placed, longitude_column) = placed.hidden("longitude", longitude)?;
        let (latitude, longitude) = (column(&latitude), column(&longitude_column));
        let on_globe = latitude.clone().between(lit(-90.0), lit(90.0));
        placed = placed.filter(on_globe.and(longitude.clone().between(lit(-180.0), lit(180.0))))?;
        let levels: Vec<Expr> = (0..=self.max_zoom).map(|level| lit(level as i64)).collect();
        let zoom;
        (placed, zoom) = placed.hidden("zoom", make_array(levels))?;
        let drop = UnnestOptions { null_handling: NullHandling::Drop, recursions: Vec::new() };
        placed.plan = LogicalPlanBuilder::from(placed.plan)
            .unnest_column_with_options(Column::new_unqualified(&zoom), drop)?
            .build()?;
        let zoom = column(&zoom);
        let mut scale = lit(1.0);
        for level in (0..=self.max_zoom).rev() {
            let factor = (1_u64 << level) as f64;
            scale = when(zoom.clone().eq(lit(level as i64)), lit(factor)).otherwise(scale)?;
        }
        let place = |degrees: Expr, from: f64, span: f64| {
            cast(floor((degrees + lit(from)) * scale.clone() / lit(span)), DataType::Int64)
        };
        let row = place(latitude.clone(), 90.0, self.latitude_span);
        let across = place(longitude.clone(), 180.0, self.longitude_span);
        let (row_name, across_name);
        (placed, row_name) = placed.hidden("row", row)?;
        (placed, across_name) = placed.hidden("across", across)?;
        let partition = vec![zoom.clone(), column(&row_name), column(&across_name)];
        let cell = Window { partition, order: Vec::new(), frame: WindowFrame::new(None) };
        let means = vec![cell.apply(avg_udaf(), vec![latitude])?, cell.apply(avg_udaf(), vec![longitude])?];
        let means_names;
        (placed, means_names) = window::add(placed, "mean", means)?;
        let format = "%02d%012d%012d|bin_id_zl_%d_y_%d_x_%d|%s|%s";
        let mut args = vec![lit(format)];
        for _ in 0..2 {
            args.extend([zoom.clone(), column(&row_name), column(&across_name)]);
        }
        for name in &means_names {
            args.push(kernel::call("spl_text", vec![column(name)])?);
        }
        placed.hidden("geobin", kernel::call("spl_printf", args)?)
    }

    fn limited(&self, placed: Relation, cell: &str, value: Expr, series: &Series) -> Result<(Relation, Expr)> {
        let (placed, value) = placed.hidden("value", value)?;
        let of = |partition: Vec<Expr>| Window { partition, order: Vec::new(), frame: WindowFrame::new(None) };
        let frequency = of(vec![column(cell), column(&value)]).apply(count_udaf(), vec![lit(1_i64)])?;
        let (placed, frequency) = window::add_one(placed, "often", frequency)?;
        let (placed, frequency) = placed.hidden("frequency", frequency)?;
        let order = vec![column(&frequency).sort(false, false), column(&value).sort(true, false)];
        let rank = Window { order, frame: WindowFrame::new(Some(true)), ..of(vec![column(cell)]) };
        let (placed, rank) = window::add_one(placed, "rank", rank.apply(dense_rank_udwf(), Vec::new())?)?;
        let kept =
            when(rank.lt_eq(lit(self.local_limit)), column(&value)).otherwise(lit(series.other_text.as_str()))?;
        // A row without a value has no column of its own.
        Ok((placed, when(column(&value).is_not_null(), kept).end()?))
    }

    fn unpacked(&self, table: Relation) -> Result<Relation> {
        let (table, parts) = table.hidden("parts", kernel::call("spl_split", vec![column(CELL), lit(SEPARATOR)])?)?;
        let part = |place: i64| kernel::call("spl_mvindex", vec![column(&parts), lit(place)]);
        let number = |place: i64| -> Result<Expr> { Ok(kernel::call("spl_num", vec![part(place)?])?) };
        let mut outputs = vec![
            (CELL.to_owned(), part(1)?),
            (self.output_latitude.clone(), number(2)?),
            (self.output_longitude.clone(), number(3)?),
        ];
        for name in table.fields() {
            if outputs.iter().all(|(taken, _)| *taken != name) {
                outputs.push((name.clone(), column(&name)));
            }
        }
        table.select(outputs)
    }
}
