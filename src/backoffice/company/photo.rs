//! A small picture for a card: a pattern of squares, the same for the same seed. No likeness of anybody.

use std::io::Write;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use flate2::Compression;
use flate2::Crc;
use flate2::write::ZlibEncoder;

use crate::backoffice::company::mix::Mix;

/// Squares across and down; the right half mirrors the left.
const SQUARES: usize = 6;

/// Pixels of a square: 96 pixels in all, what phones show beside a name.
const PIXELS: usize = 16;

/// Background, then the inks.
const COLOURS: [[u8; 3]; 6] = [
    [0xf2, 0xee, 0xe6],
    [0x1f, 0x6f, 0x8b],
    [0x99, 0x3d, 0x3d],
    [0x3d, 0x7a, 0x4a],
    [0x6b, 0x4c, 0x9a],
    [0xc7, 0x7d, 0x1e],
];

/// The picture as a `data:` URI.
pub(super) fn data_uri(mix: &mut Mix) -> String {
    format!("data:image/png;base64,{}", BASE64_STANDARD.encode(picture(mix)))
}

/// The picture as a file.
pub(super) fn picture(mix: &mut Mix) -> Vec<u8> {
    png(&pixels(mix))
}

/// Rows of palette numbers, each after the filter number 0.
fn pixels(mix: &mut Mix) -> Vec<u8> {
    let ink = u8::try_from(1 + mix.below(COLOURS.len() - 1)).unwrap_or(1);
    let mut rows = Vec::with_capacity((SQUARES * PIXELS + 1) * SQUARES * PIXELS);
    for _ in 0..SQUARES {
        let half: Vec<u8> = (0..SQUARES / 2).map(|_| if mix.one_in(2) { ink } else { 0 }).collect();
        let squares = half.iter().chain(half.iter().rev());
        let line: Vec<u8> = squares.flat_map(|colour| [*colour; PIXELS]).collect();
        for _ in 0..PIXELS {
            rows.push(0);
            rows.extend_from_slice(&line);
        }
    }
    rows
}

/// A PNG with a palette (W3C PNG, 11.2): header, palette, one block of rows, end.
fn png(rows: &[u8]) -> Vec<u8> {
    let side = u32::try_from(SQUARES * PIXELS).unwrap_or_default().to_be_bytes();
    // Depth 8, colour type 3 (palette), and the only compression, filter and interlace methods.
    let header = [&side[..], &side[..], &[8, 3, 0, 0, 0]].concat();
    let mut zlib = ZlibEncoder::new(Vec::new(), Compression::default());
    // Writing to memory does not fail.
    let _ = zlib.write_all(rows);
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    chunk(&mut file, b"IHDR", &header);
    chunk(&mut file, b"PLTE", COLOURS.as_flattened());
    chunk(&mut file, b"IDAT", &zlib.finish().unwrap_or_default());
    chunk(&mut file, b"IEND", &[]);
    file
}

fn chunk(file: &mut Vec<u8>, name: &[u8; 4], data: &[u8]) {
    let mut crc = Crc::new();
    crc.update(name);
    crc.update(data);
    file.extend(u32::try_from(data.len()).unwrap_or_default().to_be_bytes());
    file.extend_from_slice(name);
    file.extend_from_slice(data);
    file.extend(crc.sum().to_be_bytes());
}
