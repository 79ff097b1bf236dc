//! The page of a diagnostic code: meaning, example, what to write instead. `speleo help E0203`

use speleo_syntax::Code;

use super::page::{Kind, Page, code as block};

/// Out of the code's doc comment.
pub(super) fn page(code: Code) -> Page {
    let mut body = String::new();
    let mut summary = String::new();
    for paragraph in paragraphs(code.page()) {
        match paragraph.split_once(": ") {
            Some(("Meaning", text)) => {
                summary = text.to_owned();
                body.push_str(&format!("# {}\n\n{text}\n", code.text()));
            }
            Some((part @ ("Example" | "Instead"), text)) => {
                let shown = match search(text) {
                    Some(search) => block(search, ""),
                    None => format!("{text}\n"),
                };
                body.push_str(&format!("\n## {part}\n\n{shown}"));
            }
            _ => body.push_str(&format!("\n{paragraph}\n")),
        }
    }
    body.push_str("\n## See also\n\n`speleo help codes`\n");
    let first = summary.split_inclusive(['.', ':', ';']).next().unwrap_or_default();
    let summary = first.trim_end_matches([':', ';']).to_owned();
    Page { kind: Kind::Code, names: vec![code.text().to_owned()], summary, body }
}

fn paragraphs(page: &str) -> Vec<String> {
    let lines: Vec<&str> = page.lines().map(str::trim).collect();
    let split = lines.split(|line| line.is_empty()).filter(|lines| !lines.is_empty());
    split.map(|lines| lines.join(" ")).collect()
}

/// The search that an example is; none where it is a sentence. Backticks around all of one are no macro's.
fn search(text: &str) -> Option<&str> {
    let whole = text.strip_prefix('`').and_then(|text| text.strip_suffix('`')).filter(|text| !text.contains('`'));
    let text = whole.filter(|text| text.contains(['|', ' '])).unwrap_or(text);
    let is_search = ["…", "|", "index=", "--", "{"].iter().any(|start| text.starts_with(start));
    let is_macro = text.starts_with('`') && text.ends_with('`');
    (is_search || is_macro).then_some(text)
}

#[cfg(test)]
mod tests {
    use speleo_syntax::Code;

    use super::page;

    #[test]
    fn an_example_is_a_block_and_advice_a_sentence() {
        let body = page(Code::UnknownAggregate).body;
        assert!(body.starts_with("# E0203\n\nNo stats function of that name exists.\n"), "{body}");
        assert!(body.contains("## Example\n\n```\n… | stats cuont(user)\n```\n"), "{body}");
        assert!(page(Code::TooDeep).body.contains("## Instead\n\na macro that does not call itself\n"));
        assert_eq!(page(Code::UnbalancedQuote).summary, "A quote, a backtick or a comment is opened and never closed");
    }
}
