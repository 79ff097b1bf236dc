//! All rows in the order of their keys, where that takes few comparisons: whole stretches of batches, or pieces of them.

use std::{cmp::Reverse, collections::BinaryHeap};

use super::batch::{Batch, ROWS_OF_A_STRETCH, Stretch};

/// Rows of a batch, to be read forwards or backwards.
#[derive(Debug, Clone, Copy)]
pub(super) struct Piece {
    pub(super) batch: usize,
    pub(super) rows: Stretch,
}

/// All rows in the order of their keys; none where two keys are equal, or the pieces would be many.
pub(super) fn in_order(batches: &[Batch]) -> Option<Vec<Piece>> {
    let mut left = Vec::new();
    for (batch, rows) in batches.iter().enumerate() {
        left.extend(rows.stretches()?.iter().map(|rows| Piece { batch, rows: *rows }));
    }
    let rows: usize = batches.iter().map(|batch| batch.groups().len()).sum();
    let most = left.len() + rows / ROWS_OF_A_STRETCH;
    let head = |piece: &Piece| batches.get(piece.batch).map(|batch| batch.keys().head(piece.rows.least()));
    let mut heads: BinaryHeap<_> =
        left.iter().map(head).enumerate().map(|(piece, head)| Reverse((head, piece))).collect();
    let mut pieces = Vec::with_capacity(left.len());
    while let Some(Reverse((_, number))) = heads.pop() {
        let (piece, next) = (left.get_mut(number)?, heads.peek());
        let keys = batches.get(piece.batch)?.keys();
        let rows = piece.rows.take(keys, next.and_then(|Reverse((head, _))| *head));
        if rows.start == rows.end || pieces.len() >= most {
            return None;
        }
        pieces.push(Piece { batch: piece.batch, rows });
        if piece.rows.start < piece.rows.end {
            heads.push(Reverse((head(piece), number)));
        }
    }
    Some(pieces)
}

/// All rows as they came.
pub(super) fn as_they_came(batches: &[Batch]) -> Vec<Piece> {
    let pieces = batches.iter().enumerate().map(|(batch, rows)| {
        let rows = Stretch { start: 0, end: rows.groups().len() as u32, is_falling: false };
        Piece { batch, rows }
    });
    pieces.collect()
}
