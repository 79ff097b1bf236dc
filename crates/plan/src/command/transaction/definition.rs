//! Transaction types: fields and options of `transaction` by name. `transaction name=session maxspan=1h`

use speleo_syntax::{
    Code, Command, Diagnostic, Spanned,
    command::transaction::{MvList, Transaction},
    parse_continuation,
};

use crate::{Result, Thing, lower::Context, suggest};

/// The transaction that a type defines; none where nothing is known of types.
///
/// # Errors
/// E0210 where there is none of that name, E0504 where an option of the type cannot be read.
pub(crate) fn defined(name: &Spanned<String>, cx: &Context<'_>) -> Result<Option<Transaction>> {
    let types = &cx.world.knowledge().transaction_types;
    let Some(found) = types.get(&name.node) else {
        if cx.world.is_blind() {
            cx.world.lacks(Thing::TransactionType, &name.node);
            return Ok(None);
        }
        let text = format!("no transaction type is called `{}`", name.node);
        let error = Diagnostic::new(Code::UnknownTransactionType, name.span, text).named(&name.node);
        return Err(match suggest::nearest(&name.node, types.keys().map(String::as_str)) {
            Some(near) => error.edit(format!("`{near}` is one"), name.span, near),
            None => error.help("they are the stanzas of transactiontypes.conf"),
        }
        .into());
    };
    let (search, problems) = parse_continuation(&found.command());
    if let Some(problem) = problems.into_iter().find(Diagnostic::is_error) {
        let text = format!("in the transaction type `{}`: {}", name.node, problem.message);
        return Err(Diagnostic::new(Code::Knowledge, name.span, text).into());
    }
    Ok(search.commands.into_iter().find_map(|command| match command {
        Command::Transaction(transaction) => Some(transaction),
        _ => None,
    }))
}

/// A transaction as written, with what its type says where nothing is written.
pub(crate) fn merged(written: &Transaction, defined: Transaction) -> Transaction {
    let fields = if written.fields.is_empty() { defined.fields } else { written.fields.clone() };
    Transaction {
        span: written.span,
        name: written.name.clone(),
        fields,
        max_span: written.max_span.or(defined.max_span),
        max_pause: written.max_pause.or(defined.max_pause),
        max_events: written.max_events.or(defined.max_events),
        starts_with: written.starts_with.clone().or(defined.starts_with),
        ends_with: written.ends_with.clone().or(defined.ends_with),
        connected: written.connected && defined.connected,
        keep_orphans: written.keep_orphans || defined.keep_orphans,
        keep_evicted: written.keep_evicted || defined.keep_evicted,
        delim: written.delim.clone().or(defined.delim),
        mv_list: if written.mv_list == MvList::None { defined.mv_list } else { written.mv_list.clone() },
        mv_raw: written.mv_raw || defined.mv_raw,
        null_text: written.null_text.clone().or(defined.null_text),
    }
}
