//! Where a name is defined: a macro's stanza, a saved search's file, a lookup's table. `` `errors` `` → `macros.conf:12`

use std::{fs, path::Path};

use lsp_types::{DefinitionParams, Location, Position, Range};
use speleo_knowledge::{Knowledge, Place, macros};

use super::{
    address,
    document::number,
    region::FileKind,
    snapshot::Snapshot,
    stage::Pipeline,
    target::{TargetKind, target},
};

/// The place of what a name stands for.
pub(super) fn definition(snapshot: &Snapshot, params: &DefinitionParams) -> Option<Location> {
    let position = params.text_document_position_params.position;
    let offset = snapshot.document.offset(position);
    if let Some((region, inside)) = snapshot.region(offset) {
        let found = target(&Pipeline::of(&region.text), inside)?;
        let world = snapshot.world();
        let engine = world.engine.as_ref()?;
        let origins = &engine.knowledge().origins;
        return match found.kind {
            TargetKind::Macro(name, arguments) => of_macro(snapshot, engine.knowledge(), &name, arguments),
            TargetKind::Lookup(name) => match engine.lookup_file(&name) {
                Some(file) => at(&file, 1),
                None => of_place(origins.lookups.get(&name)?),
            },
            TargetKind::DataModel(name) => {
                of_place(origins.data_models.get(name.split_once('.').map_or(name.as_str(), |(model, _)| model))?)
            }
            TargetKind::SavedSearch(name) => {
                let saved = engine.knowledge().find_saved_search(&name)?;
                of_place(origins.saved_searches.get(&saved.name)?)
            }
            _ => None,
        };
    }
    if snapshot.kind == FileKind::Golden {
        return of_part(snapshot, snapshot.document.line(position.line as usize));
    }
    None
}

/// A macro of the file that is open stands where its text now says, saved or not.
fn of_macro(snapshot: &Snapshot, knowledge: &Knowledge, name: &str, arguments: usize) -> Option<Location> {
    let key = macros::key(name, arguments);
    let place = knowledge.origins.macros.get(&key)?;
    if snapshot.kind == FileKind::Macros && place.file.as_deref() == Some(snapshot.path.as_path()) {
        let is_header = |line: &str| {
            let inner = line.trim().strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
            inner.is_some_and(|name| macros::key_of(name) == key)
        };
        let line = snapshot.document.text.lines().position(is_header)?;
        return at(&snapshot.path, line + 1);
    }
    of_place(place)
}

fn of_place(place: &Place) -> Option<Location> {
    at(place.file.as_deref()?, place.line)
}

fn at(file: &Path, line: usize) -> Option<Location> {
    let start = Position { line: number(line.saturating_sub(1)), character: 0 };
    let file = fs::canonicalize(file).ok()?;
    Some(Location { uri: address::of(&file)?, range: Range { start, end: start } })
}

/// The file that a part of a golden case names: `data web: web.jsonl`, `search: @queries/a.spl`.
fn of_part(snapshot: &Snapshot, line: &str) -> Option<Location> {
    let (_, value) = line.split_once(':')?;
    let name = value.trim().trim_start_matches('@');
    let folders = || snapshot.path.ancestors().skip(1);
    // As golden tests look for it: beside the test, in `data` there, and in the folders above.
    let beside = snapshot.path.parent().map(|folder| folder.join("data").join(name));
    let mut places = beside.into_iter().chain(folders().map(|folder| folder.join(name)));
    let file = places.find(|path| !name.is_empty() && path.is_file())?;
    at(&file, 1)
}
