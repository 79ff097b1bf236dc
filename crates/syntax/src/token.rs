//! Tokens that several grammars share: numbers, names, quoted texts. `"a \"b\"" 'c d' 1.5e3`
//!
//! Words of the search language are not here: what ends one depends on where it stands.

use nom::{
    IResult, Parser,
    branch::alt,
    bytes::complete::{tag, take_while, take_while1},
    character::complete::{char, digit1, one_of, satisfy},
    combinator::{not, opt, peek, recognize},
    multi::many0_count,
    sequence::{pair, preceded},
};

/// The result of a token parser.
pub(crate) type Token<'a, T = &'a str> = IResult<&'a str, T>;

/// What separates words. A no-break space is none: macro expansion has turned those outside quotes into blanks.
pub(crate) fn is_blank(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\r' | '\n' | '\u{b}' | '\u{c}')
}

/// What a bare name in an expression consists of.
pub(crate) fn is_name(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

/// A bare name in an expression: letters, digits and `_`; also `a:b`, `a{}` and `a{}.b`, which cannot be anything else.
pub(crate) fn name(input: &str) -> Token<'_> {
    recognize((
        satisfy(|first| first.is_alphabetic() || first == '_'),
        take_while(is_name),
        many0_count(alt((recognize(pair(char(':'), name)), recognize((tag("{}"), opt(pair(char('.'), name))))))),
    ))
    .parse(input)
}

/// How a bare name goes on.
pub(crate) fn name_rest(input: &str) -> Token<'_> {
    take_while(is_name).parse(input)
}

/// The name of an option.
pub(crate) fn option_name(input: &str) -> Token<'_> {
    recognize(pair(
        satisfy(|first| first.is_alphabetic() || first == '_'),
        take_while(|next| is_name(next) || matches!(next, '.' | '-')),
    ))
    .parse(input)
}

/// A name of the author's own: it may begin with a digit.
pub(crate) fn free_name(input: &str) -> Token<'_> {
    take_while1(|next| is_name(next) || matches!(next, '.' | '-')).parse(input)
}

/// The name of a command or function.
pub(crate) fn word(input: &str) -> Token<'_> {
    recognize(pair(satisfy(|first| first.is_alphabetic() || first == '_'), take_while(is_name))).parse(input)
}

/// A number without sign: `1`, `.18`, `5.`, `1e3`. `1."x"` is a number and a concatenation.
pub(crate) fn number(input: &str) -> Token<'_> {
    let point = recognize(preceded(
        char('.'),
        alt((digit1, recognize(not(peek(satisfy(|next| is_name(next) || matches!(next, '"' | '\'' | '('))))))),
    ));
    let whole = recognize((digit1, opt(point)));
    let fraction = recognize(preceded(char('.'), digit1));
    let exponent = (one_of("eE"), opt(one_of("+-")), digit1);
    recognize((alt((whole, fraction)), opt(exponent))).parse(input)
}

/// A whole number without sign.
pub(crate) fn integer(input: &str) -> Token<'_> {
    digit1(input)
}

/// A text in double quotes, as it stands between them. Without a closing quote, which the check of brackets and
/// quotes reports, it goes on to the end.
pub(crate) fn quoted(input: &str) -> Token<'_> {
    let (body, _) = char('"').parse(input)?;
    let mut escaped = false;
    for (at, character) in body.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => {
                let (text, rest) = body.split_at(at);
                return Ok((rest.strip_prefix('"').unwrap_or(rest), text));
            }
            _ => {}
        }
    }
    Ok((body.get(body.len()..).unwrap_or_default(), body))
}

/// A name in single quotes; there are no escapes inside.
pub(crate) fn single_quoted(input: &str) -> Token<'_> {
    (char('\''), take_while(|next| next != '\''), char('\'')).map(|(_, text, _)| text).parse(input)
}

/// Undoes the two escapes of quoted texts, `\"` and `\\`; every other backslash stays.
pub(crate) fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match (character, characters.peek()) {
            ('\\', Some(&next @ ('"' | '\\'))) => {
                plain.push(next);
                characters.next();
            }
            _ => plain.push(character),
        }
    }
    plain
}
