use speleo_syntax::Code;

use crate::testing::{NOW, TestWorld};

/// One row: numbers in a typed and in a text column, a text, a list, a time, and what is missing.
fn one() -> TestWorld {
    TestWorld::default()
        .index("main", &format!("_time,int:int,num:num,text,word,list:list,nothing\n{NOW}.5,10,2.5,5,Abc,3;20;x,"))
}

/// What an expression gives on that row; null is empty.
fn value(expression: &str) -> String {
    one().rows(&format!("search index=main | eval result={expression} | table result")).join("|")
}

/// Whether `where` keeps the row.
fn keeps(condition: &str) -> bool {
    !one().rows(&format!("search index=main | where {condition} | table int")).is_empty()
}

fn codes(expression: &str) -> Vec<Code> {
    one().codes(&format!("search index=main | eval result={expression}"))
}

#[test]
fn arithmetic_is_on_doubles_and_null_without_a_number() {
    for (expression, expected) in [
        ("1+2", "3"),
        ("int+1", "11"),
        ("text*2", "10"),
        ("int/4", "2.5"),
        ("int/0", ""),
        ("int%nothing", ""),
        ("int/(text-5)", ""),
        ("int%3", "1"),
        ("-7%3", "-1"),
        ("-int", "-10"),
        ("-word", ""),
        ("word*2", ""),
        ("num-0.5", "2"),
        ("list+1", ""),
        ("2*3+4*5", "26"),
        ("_time-0.5", "1710072000"),
        ("_time", "1710072000.5"),
    ] {
        assert_eq!(value(expression), expected, "{expression}");
    }
}

#[test]
fn plus_adds_numbers_and_joins_texts() {
    for (expression, expected) in [
        ("text+text", "10"),
        ("text+word", "5Abc"),
        ("int+text", "15"),
        ("int+word", "10Abc"),
        ("1+word", ""),
        ("\"5\"+\"1\"", "51"),
        ("\"n=\"+int", "n=10"),
        ("nothing+1", ""),
        ("\"n=\" . (10/4)", "n=2.5"),
        ("word . \"-\" . int . \"-\" . text", "Abc-10-5"),
        ("word . nothing", ""),
    ] {
        assert_eq!(value(expression), expected, "{expression}");
    }
}

#[test]
fn comparisons_follow_the_kinds() {
    for (condition, kept) in [
        ("int=10", true),
        ("int=10.0", true),
        ("int>9.5", true),
        ("int=\"10\"", true),
        ("int=\"10.0\"", false),
        ("int>\"9\"", false),
        ("num>=2.5", true),
        ("text=5", true),
        ("text<10", true),
        ("text<\"10\"", false),
        ("word>5", false),
        ("word!=5", false),
        ("word=\"Abc\"", true),
        ("word=\"abc\"", false),
        ("text<int", true),
        ("word>int", true),
        ("nothing=nothing", false),
        ("nothing!=\"a\"", false),
        ("NOT nothing=\"a\"", false),
        ("NOT word=\"a\"", true),
        ("list=20", true),
        ("list=\"x\"", true),
        ("list=\"y\"", false),
        ("word IN (\"a\", \"Abc\")", true),
        ("word NOT IN (\"a\", \"b\")", true),
        ("int IN (1, 10)", true),
        ("text IN (5, 6)", true),
        ("nothing IN (1)", false),
        ("NOT nothing IN (1)", false),
        ("word IN (nothing, \"Abc\")", true),
        ("NOT word IN (nothing, \"b\")", true),
        ("word LIKE \"A%\"", true),
        ("word LIKE \"a%\"", false),
        ("like(word, \"_b_\")", true),
        ("like(list, \"2%\")", true),
        ("int=10 AND nothing=1 OR word=\"Abc\"", true),
        ("int=10 XOR num=1", true),
        ("0.0=-0.0", true),
        ("num*0=0", true),
        ("isnull(nothing) AND isnotnull(word)", true),
        ("_time>1710072000", true),
        ("_time>=relative_time(now(), \"@d\") AND _time<now()+1", true),
        ("_time<relative_time(now(), \"-1d\")", false),
        ("match(word, \"^A\")", true),
        ("searchmatch(\"word=aBC text=5\")", true),
        ("searchmatch(\"word=abcd\")", false),
    ] {
        assert_eq!(keeps(condition), kept, "{condition}");
    }
}

#[test]
fn forms_choose_values() {
    for (expression, expected) in [
        ("if(int>5, \"big\", \"small\")", "big"),
        ("if(nothing=1, 1, 2)", "2"),
        ("if(int>5, 1, \"x\")", "1"),
        ("if(int>5, null(), 1)", ""),
        ("if(int>5, list, \"x\")", "3;20;x"),
        ("case(int=1, \"a\", int=10, \"b\", true(), \"c\")", "b"),
        ("case(int=1, \"a\")", ""),
        ("validate(int=10, \"a\", int=1, \"b\")", "b"),
        ("validate(int=10, \"a\")", ""),
        ("if(int=10, true(), null())", "True"),
        ("coalesce(nothing, missing, word)", "Abc"),
        ("coalesce(nothing, int)", "10"),
        ("coalesce(nothing, \"\")", ""),
        ("nullif(word, \"Abc\")", ""),
        ("nullif(int, 3)", "10"),
        ("now()", "1710072000"),
        ("typeof(int) . typeof(word) . typeof(text) . typeof(nothing) . typeof(1=1)", "NumberStringNumberInvalidBool"),
        ("typeof(\"10\")", "String"),
        ("if(isnum(\"5\"), 1, 0)", "0"),
        ("if(isnum(text), 1, 0)", "1"),
        ("if(isint(2.5), 1, 0)", "0"),
        ("if(isbool(1=1), 1, 0)", "1"),
        ("exact(2.5)", "2.5"),
        ("round(num*2.02, 1)", "5.1"),
        ("strftime(0, \"%Y-%m-%d\")", "1970-01-01"),
        ("len(word)", "3"),
        ("tostring(1=1)", "True"),
    ] {
        assert_eq!(value(expression), expected, "{expression}");
    }
}

#[test]
fn expressions_run_on_each_value_of_a_list() {
    for (expression, expected) in [
        ("mvmap(list, list*10)", "30;200"),
        ("mvmap(list, list.\"-\".word)", "3-Abc;20-Abc;x-Abc"),
        ("mvmap(word, word.\"!\")", "Abc!"),
        ("mvmap(mvindex(list, 0, 1), list+int)", "13;30"),
        ("mvmap(nothing, nothing+1)", ""),
        ("mvfilter(match(list, \"^\\\\d\"))", "3;20"),
        ("mvfilter(list>5)", "20"),
        ("mvfilter(list=\"none\")", ""),
        ("mvcount(mvfilter(list!=\"x\"))", "2"),
    ] {
        assert_eq!(value(expression), expected, "{expression}");
    }
}

#[test]
fn static_kinds_that_do_not_fit_are_errors() {
    for (expression, code) in [
        ("\"a\"*2", Code::Type),
        ("-\"a\"", Code::Type),
        ("\"a\"+1", Code::Type),
        ("if(\"10\">9, 1, 0)", Code::Type),
        ("if(1, 1, 0)", Code::Type),
        ("if(\"a\" AND 1=1, 1, 0)", Code::Type),
        ("1=1", Code::Type),
        ("abs(\"x\")", Code::Type),
        ("if(1=1, 1)", Code::Arity),
        ("case(1=1, 1, 2=2)", Code::Arity),
        ("lenn(word)", Code::UnknownFunction),
        ("dc(word)", Code::UnknownFunction),
        ("match(word, \"(\")", Code::Regex),
        ("mvfilter(list=word)", Code::BadValue),
    ] {
        let found =
            if expression.starts_with("match") { codes(&format!("if({expression}, 1, 0)")) } else { codes(expression) };
        assert_eq!(found, [code], "{expression}");
    }
}

#[test]
fn traps_are_warned_of() {
    for (expression, code) in [
        ("if(word IN (\"A*\", \"b\"), 1, 0)", Some(Code::WildcardInEval)),
        ("if(wrod=\"A\", 1, 0)", Some(Code::UnknownField)),
        ("if(word=Abcdefgh, 1, 0)", Some(Code::UnknownField)),
        ("if(text=\"10\", 1, 0)", None),
        ("null", None),
    ] {
        assert_eq!(codes(expression), Vec::from_iter(code), "{expression}");
    }
}

#[test]
fn brackets_return_values() {
    let world = one().index("other", "n,w\n9,Abc");
    for (condition, kept) in [
        ("int > [search index=other | return $n]", true),
        ("int < [search index=other | return $n]", false),
        ("[search index=other | rename w AS word | fields word]", true),
    ] {
        let rows = world.rows(&format!("search index=main | where {condition} | table int"));
        assert_eq!(!rows.is_empty(), kept, "{condition}: {rows:?}");
    }
}

#[test]
fn comparisons_reach_the_scan() {
    let plan = one().optimized(
        "search index=main | where int>=3 AND word LIKE \"A%\" AND _time>=relative_time(now(), \"-1d@d\") | table int",
    );
    for part in ["int >= Int64(3)", "word LIKE Utf8(\"A%\")", "_time >= TimestampMicrosecond(1709942400000000"] {
        assert!(plan.contains(part), "{part} in {plan}");
    }
}

#[test]
fn long_chains_do_not_nest() {
    let chain = (0..2000).map(|n| format!("int={n}")).collect::<Vec<_>>().join(" OR ");
    assert!(keeps(&chain));
    let sum = std::iter::repeat_n("1", 1000).collect::<Vec<_>>().join("+");
    assert_eq!(codes(&sum), [Code::TooDeep]);
}

#[test]
fn later_assignments_see_earlier_ones() {
    let world = one();
    let search = |list: &str| world.rows(&format!("search index=main | eval {list} | table a b c")).join("|");
    assert_eq!(search("a=1, b=a+1, c=a+b"), "1,2,3");
    assert_eq!(
        search("a=int, a=a+1, b=int, c=searchmatch(\"a=11\")"),
        "E0304: a field cannot be assigned a truth value"
    );
    assert_eq!(search("a=int, a=a+1, b=int, c=if(searchmatch(\"a=11\"), 1, 0)"), "11,10,1");
    let many = (0..300).map(|n| format!("f{n}=int+{n}")).collect::<Vec<_>>().join(", ");
    assert_eq!(world.rows(&format!("search index=main | eval {many} | table f0 f299")), ["10,309"]);
}

/// Every operator and form on operands of every kind either runs or is a type error: nothing fails below lowering.
#[test]
fn any_mixture_of_kinds_runs_or_is_a_type_error() {
    let operands = [
        "int",
        "text",
        "word",
        "list",
        "_time",
        "nothing",
        "missing",
        "2.5",
        "\"5\"",
        "null()",
        "(int=10)",
        "len(word)",
    ];
    let mut expressions = Vec::new();
    for left in operands {
        for right in operands {
            for op in ["+", "-", "/", ".", "=", "<", " LIKE ", " AND "] {
                expressions.push(format!("{left}{op}{right}"));
            }
            for form in [
                "if(int=10, L, R)",
                "coalesce(L, R)",
                "nullif(L, R)",
                "L IN (R, 5)",
                "L IN (\"x\", R)",
                "mvmap(list, L . R)",
            ] {
                expressions.push(form.replace('L', left).replace('R', right));
            }
        }
        for form in [
            "-X",
            "NOT X",
            "if(X, 1, 2)",
            "typeof(X)",
            "isnum(X)",
            "isstr(X)",
            "tostring(X)",
            "mvcount(X)",
            "X",
            "mvfilter(list=X)",
        ] {
            expressions.push(form.replace('X', left));
        }
    }
    let world = one();
    let fields = |list: &[String]| {
        let texts: Vec<String> = list.iter().map(|expression| format!("tostring({expression})")).collect();
        format!("search index=main | eval result=mvappend({}) | table result", texts.join(", "))
    };
    let (mut runnable, mut failures) = (Vec::new(), Vec::new());
    for expression in expressions {
        match world.plan_only(&fields(std::slice::from_ref(&expression))) {
            Ok(()) => runnable.push(expression),
            Err(codes) if codes.iter().all(|code| matches!(code, Code::Type | Code::BadValue)) => {}
            Err(codes) => failures.push(format!("{expression}: {codes:?}")),
        }
    }
    assert!(failures.is_empty(), "{failures:#?}");
    assert!(runnable.len() > 1200, "{}", runnable.len());
    for list in runnable.chunks(100) {
        let rows = world.rows(&fields(list));
        assert!(rows.len() == 1 && !rows[0].starts_with('E'), "{list:?}: {rows:?}");
    }
}
