//! A text as a picture to photograph: a QR code, drawn as the path of an SVG.

use std::fmt::Write as _;

use qrcode::Color;
use qrcode::QrCode;

/// A QR code: how many modules it is wide, and the dark ones as the path of a picture.
#[derive(Clone, Debug)]
pub(super) struct Code {
    pub(super) width: usize,
    pub(super) path: String,
}

impl Code {
    /// That of a text; none if it is too long for one.
    pub(super) fn of(text: &str) -> Option<Self> {
        let code = QrCode::new(text.as_bytes()).ok()?;
        let width = code.width();
        let mut path = String::new();
        for (place, colour) in code.to_colors().into_iter().enumerate() {
            if colour == Color::Dark {
                // Writing into a text cannot fail.
                let _ = write!(path, "M{} {}h1v1h-1z", place % width, place / width);
            }
        }
        Some(Self { width, path })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_its_three_corners() {
        let code = Code::of("https://lomme.example/setting/setup").unwrap();
        let last = code.width - 7;
        for corner in ["M0 0h1".to_owned(), format!("M{last} 0h1"), format!("M0 {last}h1")] {
            assert!(code.path.contains(&corner), "{corner}");
        }
    }
}
