//! The room as a whole, on the shipped `config/topics.toml`.

use std::sync::LazyLock;

use super::*;
use crate::model::Zone;

static TEXT: &str = include_str!("../../config/topics.toml");
static TOPICS: LazyLock<Topics> = LazyLock::new(|| match Topics::from_toml(TEXT) {
    Ok(topics) => topics,
    Err(problems) => panic!("{problems:?}"),
});

/// A line of `tests/fixtures/topics/*.jsonl`.
#[derive(serde::Deserialize)]
struct Labelled {
    lang: String,
    title: String,
    text: String,
    relevant: bool,
}

fn labelled() -> Vec<Labelled> {
    let dir = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/topics");
    let mut docs = Vec::new();
    for file in std::fs::read_dir(dir).expect("the fixtures are there") {
        let text = std::fs::read_to_string(file.expect("readable").path()).expect("readable");
        docs.extend(text.lines().map(|l| serde_json::from_str::<Labelled>(l).expect("a label")));
    }
    assert!(docs.len() > 300);
    docs
}

fn judge_as(lang: Option<&str>, title: &str, text: &str) -> Verdict {
    TOPICS.classify(&Document { title, text, lang, url: None }, &Hint::default())
}

fn f1(docs: &[&Labelled], respell: fn(&str) -> String) -> f64 {
    let (mut right, mut wrong, mut missed) = (0.0, 0.0, 0.0);
    for doc in docs {
        let verdict = judge_as(Some(&doc.lang), &respell(&doc.title), &respell(&doc.text));
        match (doc.relevant, verdict.relevant) {
            (true, true) => right += 1.0,
            (false, true) => wrong += 1.0,
            (true, false) => missed += 1.0,
            (false, false) => (),
        }
    }
    2.0 * right / (2.0 * right + wrong + missed)
}

#[test]
fn the_examples_of_the_shipped_file_hold() {
    let problems = TOPICS.check_examples();
    assert!(problems.is_empty(), "{problems:#?}");
}

#[test]
fn a_set_is_reported_that_names_what_is_not_there_or_has_a_concept_s_name() {
    let with = |sets: &str| TEXT.replacen("[sets]\n", &format!("[sets]\n{sets}\n"), 1);
    let problems = Topics::from_toml(&with("afloat = \"boat|raftt\"")).err().expect("no raftt");
    assert_eq!(problems.len(), 1, "{problems:#?}");
    assert!(problems[0].message.contains("raftt"), "{problems:#?}");
    let text = with("boat = \"land\"");
    let problems = Topics::from_toml(&text).err().expect("boat is a concept");
    assert_eq!(&text[problems[0].span.clone()], "boat");
}

#[test]
fn a_wrong_example_is_reported_at_its_place_with_what_was_found() {
    let (before, after) = TEXT.split_once("Newborn offered for sale").expect("its example");
    let after = after.replacen("expect = [\"ht.child\"]", "expect = [\"mig.sea\"]", 1);
    let text = format!("{before}Newborn offered for sale{after}");
    let topics = Topics::from_toml(&text).unwrap_or_else(|p| panic!("{p:?}"));
    let problems = topics.check_examples();
    assert_eq!(problems.len(), 1);
    assert_eq!(&text[problems[0].span.clone()], "\"mig.sea\"");
    assert!(problems[0].help.as_deref().is_some_and(|h| h.contains("sell ~ newborn")));
}

#[test]
fn every_language_is_judged_well() {
    let docs = labelled();
    for lang in ["ar", "en", "fr", "es", "it", "pt", "de", "tr"] {
        let of: Vec<&Labelled> = docs.iter().filter(|d| d.lang == lang).collect();
        let f1 = f1(&of, str::to_owned);
        assert!(f1 >= 0.92, "{lang}: {f1:.3}");
    }
}

#[test]
fn arabic_spelling_changes_nothing() {
    fn sloppy(text: &str) -> String {
        text.chars()
            .map(|c| match c {
                'أ' | 'إ' | 'آ' => 'ا',
                'ة' => 'ه',
                'ى' => 'ي',
                'ك' => 'ک',
                c => c,
            })
            .collect()
    }
    fn ornate(text: &str) -> String {
        text.chars()
            .flat_map(|c| match c {
                'ه' => vec!['ه', 'ـ'],
                'م' => vec!['م', '\u{064F}'],
                'ي' => vec!['ی'],
                c => vec![c],
            })
            .collect()
    }
    let docs = labelled();
    let arabic: Vec<&Labelled> = docs.iter().filter(|d| d.lang == "ar").collect();
    let plain = f1(&arabic, str::to_owned);
    assert!(plain - f1(&arabic, sloppy) <= 0.01);
    assert!(plain - f1(&arabic, ornate) <= 0.01);
}

#[test]
fn evidence_leads_back_to_the_words_as_written() {
    let title = "إِنقاذُ ٢٥ مُهاجِرًا قبالة سواحل الجزيرة";
    let verdict = judge_as(None, title, "");
    assert!(verdict.relevant);
    assert_eq!(verdict.lang.as_deref(), Some("ar"));
    let evidence = verdict.topics[0].evidence.iter().find(|e| e.field == Zone::Title);
    let (start, end) = evidence.and_then(|e| e.span).expect("a place in the title");
    assert!(title[start as usize..end as usize].contains("مُهاجِرًا"));
}

#[test]
fn leaves_come_with_their_root_and_only_leaves_are_best() {
    let verdict = judge_as(Some("en"), "Dinghy with 40 migrants capsizes off Lesbos", "");
    let ids: Vec<&str> = verdict.topics.iter().map(|t| t.id.as_str()).collect();
    assert_eq!(ids.first(), Some(&"mig.sea"));
    assert_eq!(ids.last(), Some(&"mig"));
    assert_eq!(verdict.countries, ["GR"]);
    assert!(verdict.concepts.iter().any(|c| c == "capsize"));
}

#[test]
fn a_word_counts_once_however_many_rules_stand_on_it() {
    let verdict =
        judge_as(Some("en"), "Queen visits hospital", "She met a refugee from a village.");
    assert!(!verdict.relevant, "{verdict:?}");
}

#[test]
fn a_trusted_source_passes_at_the_review_threshold() {
    let document =
        Document { title: "Diaspora invited to forum", text: "", lang: Some("en"), url: None };
    let filtered = TOPICS.classify(&document, &Hint::default());
    let trusted = TOPICS.classify(&document, &Hint { trusted: true, ..Hint::default() });
    assert!(!filtered.relevant && filtered.review);
    assert!(trusted.relevant && !trusted.review);
}

#[test]
fn nothing_and_garbage_are_irrelevant() {
    for text in ["", "....", "\u{0}\u{FFFD}", "ــــ", "1234 5678"] {
        let verdict = judge_as(None, text, text);
        assert!(!verdict.relevant && !verdict.review && verdict.score == 0.0);
    }
}

#[test]
fn mistakes_are_found_where_they_stand() {
    let broken = [
        ("en = \"voluntary", "xx = \"voluntary", "\"xx\""),
        ("\"sell ~ newborn", "\"sel ~ newborn", "\"sel\""),
        ("fallback = \"mig.policy\"", "fallback = \"mig.polcy\"", "mig.polcy"),
        ("review = 2.2", "review = 3.2", "review"),
        ("[phrases.\"mig.sea\"]", "[phrases.\"mig.see\"]", "mig.see"),
        ("title = 2.0", "titel = 2.0", "titel"),
        ("version = 1", "version = 2", "version"),
    ];
    for (from, to, named) in broken {
        let text = TEXT.replacen(from, to, 1);
        assert!(text != TEXT, "{from}");
        let problems = Topics::from_toml(&text).err().unwrap_or_default();
        assert_eq!(problems.len(), 1, "{to}: {problems:#?}");
        let problem = &problems[0];
        assert!(problem.message.contains(named), "{problem:?}");
        assert!(problem.message.ends_with('.') && problem.help.is_some());
        assert!(text.get(problem.span.clone()).is_some());
    }
}

#[test]
fn the_tree_has_two_roots_with_labels() {
    let roots: Vec<&str> =
        TOPICS.tree().iter().filter(|t| t.parent.is_none()).map(|t| t.id.as_str()).collect();
    assert_eq!(roots, ["ht", "mig"]);
    for topic in TOPICS.tree() {
        for lang in ["ar", "fr", "en", "es"] {
            assert!(topic.labels.contains_key(lang), "{} {lang}", topic.id);
            assert!(topic.covers.contains_key(lang), "{} {lang}", topic.id);
        }
    }
    assert_eq!(TOPICS.tree()[0].label("tr"), "Human trafficking and exploitation");
}

#[test]
fn what_would_have_changed_the_outcome_does_change_it() {
    let document = |title| Document { title, text: "", lang: Some("en"), url: None };
    let found = TOPICS.whatif(&document("Dinghy with 40 migrants capsizes"), &Hint::default());
    assert!(found.score >= found.threshold);
    let Some(Change::Without { evidence, score }) = found.changes.first() else {
        panic!("{found:?}")
    };
    assert!(*score < found.threshold && !evidence.is_empty(), "{found:?}");

    let close = TOPICS.whatif(&document("Diaspora invited to forum"), &Hint::default());
    let weight = close.changes.iter().find_map(|c| match c {
        Change::Weight(weight) => Some(*weight),
        _ => None,
    });
    let weight = weight.expect("a weight that would do");
    let heavier = Hint { weight, ..Hint::default() };
    assert!(TOPICS.classify(&document("Diaspora invited to forum"), &heavier).relevant);
    assert!(close.changes.iter().all(|c| c.to_string().ends_with('.')));
}

#[test]
fn a_weight_that_would_do_does() {
    // One word of each weight: shown with two decimals, the weight must still be enough.
    let lead = |text| Document { title: "Notes", text, lang: Some("en"), url: None };
    let mut tried = 0;
    for text in
        ["A migrant.", "Immigration.", "Refugees.", "Asylum.", "A deported man.", "Diaspora."]
    {
        for change in TOPICS.whatif(&lead(text), &Hint::default()).changes {
            let Change::Weight(weight) = change else { continue };
            let at = |weight| TOPICS.classify(&lead(text), &Hint { weight, ..Hint::default() });
            assert!(at(weight).relevant && !at(weight - 0.01).relevant, "{text} {weight}");
            tried += 1;
        }
    }
    assert!(tried >= 4, "{tried}");
}

#[test]
fn a_leaf_is_named_without_weight() {
    let at = |text| judge_as(Some("en"), "Boys made to beg at traffic lights", text);
    let (plain, caught) = (at("They sleep in a park."), at("A woman was arrested."));
    let ids = |verdict: &Verdict| -> Vec<String> {
        verdict.topics.iter().map(|t| t.id.clone()).filter(|id| id.contains('.')).collect()
    };
    assert!(!ids(&plain).contains(&"ht.crime".to_owned()), "{plain:?}");
    assert!(ids(&caught).contains(&"ht.crime".to_owned()), "{caught:?}");
    let crime = caught.topics.iter().find(|t| t.id == "ht.crime").expect("named");
    let named = crime.evidence.iter().find(|e| e.weight <= 0.0).expect("the rule that names it");
    assert!(sentence(named, "", "").contains("names it"));
}

#[test]
fn a_leaf_is_named_by_title_and_lead_where_they_name_one() {
    let far = "Nothing more was known on Monday evening. ".repeat(14);
    let text = format!("{far}Refugees asked for asylum. Deportations of migrants went on.");
    let verdict = judge_as(Some("en"), "Dinghy with 40 migrants capsizes off Lesbos", &text);
    let leaves: Vec<&str> =
        verdict.topics.iter().map(|t| t.id.as_str()).filter(|id| id.contains('.')).collect();
    assert_eq!(leaves, ["mig.sea"]);
}

#[test]
fn the_lead_goes_on_to_the_end_of_its_sentence() {
    let lead = TOPICS.compiled.scoring.lead_chars;
    let filler = |chars: usize| "so it was ".repeat(chars / 10);
    let zone = |text: &str| {
        let document = Document { title: "Forty migrants", text, lang: Some("en"), url: None };
        let grounds = TOPICS.whatif(&document, &Hint::default()).grounds;
        let rule = |g: &&Ground| g.evidence.term.starts_with("frailboat ~ (capsize");
        grounds.iter().find(rule).map(|g| g.evidence.field)
    };
    let tail = "a dinghy capsized";
    assert_eq!(zone(&format!("{}{tail}.", filler(lead))), Some(Zone::Lead));
    assert_eq!(zone(&format!("{}. Then {tail}.", filler(lead))), Some(Zone::Body));
    assert_eq!(zone(&format!("{}{tail}.", filler(lead + 150))), Some(Zone::Body));
}

#[test]
fn evidence_reads_as_a_sentence() {
    let title = "Dinghy with 40 migrants capsizes off Lesbos";
    let verdict = judge_as(Some("en"), title, "");
    let sentence = sentence(&verdict.topics[0].evidence[0], title, "");
    assert!(sentence.contains("migrants") && sentence.contains("in the title"), "{sentence}");
}

#[test]
fn all_unknown_keys_are_reported_at_once() {
    let text = TEXT
        .replacen("title = 2.0", "titel = 2.0", 1)
        .replacen("\nlead = 1.0", "\nleed = 1.0", 1)
        .replacen("[[example]]\nlang = \"en\"", "[[example]]\nlnag = \"en\"", 1);
    let problems = Topics::from_toml(&text).err().unwrap_or_default();
    let named: Vec<bool> = ["titel", "leed", "lnag"]
        .iter()
        .map(|n| problems.iter().any(|p| p.message.contains(n)))
        .collect();
    assert_eq!((problems.len(), named), (3, vec![true; 3]), "{problems:#?}");
}

#[test]
fn a_phrase_of_one_word_needs_its_small_word() {
    let verdict = judge_as(Some("pt"), "Economia dependente do mercado exterior", "");
    assert!(!verdict.concepts.iter().any(|c| c == "diaspora"), "{verdict:?}");
    let verdict = judge_as(Some("pt"), "Vivem no exterior", "");
    assert!(verdict.concepts.iter().any(|c| c == "diaspora"), "{verdict:?}");
}
