use speleo_knowledge::{Calculation, CalculationKind, DataModel, DataObject, ModelField};
use speleo_syntax::Code;

use crate::testing::TestWorld;

fn field(name: &str) -> ModelField {
    ModelField { name: name.to_owned(), ..ModelField::default() }
}

fn eval(output: &str, expression: &str) -> Calculation {
    Calculation {
        id: String::new(),
        kind: CalculationKind::Eval { expression: expression.to_owned() },
        outputs: vec![field(output)],
    }
}

fn object(name: &str, parent: &str, constraint: &str) -> DataObject {
    DataObject {
        name: name.to_owned(),
        parent: parent.to_owned(),
        constraints: vec![constraint.to_owned()],
        ..DataObject::default()
    }
}

/// Orders, of which some are refunds, of which some are late.
fn world() -> TestWorld {
    let mut orders = object("Orders", "BaseEvent", "index=shop kind=order");
    orders.fields = vec![field("amount"), field("action")];
    orders.calculations = vec![
        eval("action", "if(isnull(action) OR action=\"\", \"unknown\", action)"),
        eval("size", "if(amount>=50, \"big\", \"small\")"),
    ];
    let refunds = object("Refunds", "Orders", "action=refund");
    let mut late = object("Late", "Refunds", "days>30");
    late.fields = vec![field("days")];
    let model = DataModel { name: "Shop".to_owned(), objects: vec![orders, refunds, late], ..DataModel::default() };
    TestWorld::default()
        .index(
            "shop",
            "kind,amount:int,action,days:int
             order,100,buy,
             order,20,,
             order,50,refund,10
             order,7,refund,40
             other,1,refund,99",
        )
        .data_model(model)
}

fn check(search: &str, expected: &[&str]) {
    assert_eq!(world().rows(&format!("| tstats {search}")), expected, "{search}");
}

#[test]
fn calculated_fields_are_fields() {
    check("count FROM datamodel=Shop.Orders BY Orders.action", &["buy,1", "refund,2", "unknown,1"]);
    check("sum(Orders.amount) AS s FROM datamodel=Shop WHERE Orders.size=big", &["150"]);
}

#[test]
fn a_child_keeps_the_names_of_its_root() {
    check("count FROM datamodel=Shop.Refunds BY Orders.size", &["big,1", "small,1"]);
    check("count FROM datamodel=Shop.Late", &["1"]);
    check("count FROM datamodel=Shop.Orders.Refunds.Late BY Orders.Refunds.Late.days", &["40,1"]);
    check("count FROM datamodel=Shop.Refunds BY Refunds.amount", &["7,1", "50,1"]);
}

#[test]
fn a_root_may_go_on_with_commands() {
    let loud =
        object("Loud", "BaseEvent", r#"index=shop kind=order | eval action=upper(action), kind="x" | where amount>7"#);
    let mut model = DataModel { name: "Model".to_owned(), objects: vec![loud], ..DataModel::default() };
    model.objects[0].fields = vec![field("action"), field("kind")];
    let world = world().data_model(model);
    let rows = world.rows("| tstats count FROM datamodel=Model.Loud BY Loud.action Loud.kind");
    assert_eq!(rows, ["BUY,x,1", "REFUND,x,1"]);
}

#[test]
fn node_names_are_lineages() {
    check("count FROM datamodel=Shop WHERE nodename=Orders.Refunds", &["2"]);
    check("count FROM datamodel=Shop.Orders WHERE NOT nodename=Orders.Refunds.Late", &["3"]);
    check("count FROM datamodel=Shop BY nodename", &["Orders,4", "Orders.Refunds,2", "Orders.Refunds.Late,1"]);
}

#[test]
fn a_missing_group_drops_the_row_unless_it_is_filled() {
    check("count FROM datamodel=Shop.Refunds BY Orders.Refunds.Late.days", &["10,1", "40,1"]);
    check("count FROM datamodel=Shop BY Orders.none", &[]);
    check("fillnull_value=none count FROM datamodel=Shop.Late BY Orders.none", &["none,1"]);
}

#[test]
fn times_fall_into_bins() {
    check("count FROM datamodel=Shop BY _time span=1h", &["1710068400,3", "1710072000,1"]);
}

#[test]
fn what_does_not_exist_is_told() {
    assert_eq!(world().codes("| tstats count FROM datamodel=Shop BY Orders.amout"), [Code::UnknownField]);
    assert_eq!(world().codes("| tstats count FROM datamodel=Shp"), [Code::UnknownDataModel]);
    assert_eq!(world().codes("| tstats count FROM datamodel=Shop.Refund"), [Code::UnknownDataModel]);
    assert_eq!(world().codes("| tstats summariesonly=true count FROM datamodel=Shop"), [Code::SummariesOnly]);
}
