//! Names of time zones that feeds and pages use.

/// Seconds east of UTC for a zone's name in lower case. Names with several meanings have the one
/// that feeds mean most often (`cst` America, `ist` India, `bst` Britain, `ast` Atlantic).
pub(super) fn offset(name: &str) -> Option<i64> {
    let minutes = match name {
        "z" | "gmt" | "utc" | "ut" | "wet" | "توقيت" | "غرينتش" | "جرينتش" => 0,
        "cet" | "mez" | "met" | "wat" | "west" | "bst" | "hnec" => 60,
        "cest" | "mesz" | "mest" | "eet" | "cat" | "sast" | "heec" => 120,
        "eest" | "msk" | "eat" | "trt" | "idt" | "aaast" | "мск" | "ksa" => 180,
        "irst" => 210,
        "msd" | "gst" | "azt" | "samt" | "irdt" => 240,
        "aft" => 270,
        "pkt" | "uzt" | "yekt" | "tjt" => 300,
        "ist" => 330,
        "npt" => 345,
        "bdt" | "almt" => 360,
        "mmt" => 390,
        "ict" | "wib" | "novt" => 420,
        "hkt" | "sgt" | "myt" | "pht" | "awst" | "wita" | "ulat" => 480,
        "jst" | "kst" | "wit" => 540,
        "acst" => 570,
        "aest" | "vlat" => 600,
        "acdt" => 630,
        "aedt" => 660,
        "nzst" | "y" => 720,
        "nzdt" => 780,
        "cvt" | "a" => -60,
        "brst" | "ndt" => -120 - if name == "ndt" { 30 } else { 0 },
        "brt" | "art" | "adt" | "clst" | "uyt" | "pyst" => -180,
        "nst" => -210,
        "ast" | "edt" | "clt" | "bot" | "vet" | "at" => -240,
        "est" | "cdt" | "cot" | "pet" | "ect" | "et" => -300,
        "cst" | "mdt" | "ct" => -360,
        "mst" | "pdt" | "mt" => -420,
        "pst" | "akdt" | "pt" => -480,
        "akst" => -540,
        "hst" => -600,
        "m" => -720,
        "n" => 60,
        _ => return None,
    };
    Some(minutes * 60)
}
