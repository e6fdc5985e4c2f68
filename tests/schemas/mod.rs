//! Schemas of the documents that we publish: RELAX NG for Atom, JSON Schema for JSON Feed. What is
//! checked here is checked by validators that are not ours.

use std::sync::LazyLock;

use jsonschema::Validator;
use relax_ng::{
    Content, DatatypeRegistry, Element, ExpandedName, ResolveError, Schema, SchemaResolver,
    SchemaSource, SchemaSyntax,
};
use roxmltree::{Document, Node, TextPos};

static ATOM: LazyLock<Schema> = LazyLock::new(|| {
    let grammar = include_str!("atom.rnc");
    let source = SchemaSource::new(grammar, "memory:/atom.rnc", SchemaSyntax::Compact);
    Schema::compile(&source, &OneFile).expect("a grammar")
});

static JSON_FEED: LazyLock<Validator> = LazyLock::new(|| {
    let schema = serde_json::from_str(include_str!("jsonfeed.json")).expect("JSON");
    jsonschema::options().should_validate_formats(true).build(&schema).expect("a schema")
});

/// What an Atom feed document breaks of RFC 4287, RFC 5005 and RFC 6721, with the places.
pub fn atom(document: &str) -> Vec<String> {
    let document = match Document::parse(document) {
        Ok(document) => document,
        Err(error) => return vec![error.to_string()],
    };
    let found = ATOM.validate(&DatatypeRegistry::new(), &Place(document.root_element()));
    let found = found.expect("types that the validator knows");
    found.into_iter().map(|error| error.to_string()).collect()
}

/// What a document breaks of JSON Feed 1.1, with the places.
pub fn json_feed(document: &str) -> Vec<String> {
    match serde_json::from_str(document) {
        Ok(feed) => JSON_FEED
            .iter_errors(&feed)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect(),
        Err(error) => vec![error.to_string()],
    }
}

/// The grammar includes no other.
struct OneFile;

impl SchemaResolver for OneFile {
    fn resolve(&self, href: &str, _base: &str) -> Result<SchemaSource, ResolveError> {
        Err(ResolveError::new(format!("{href} is not here")))
    }
}

/// An element of an XML document, as the validator looks at it.
struct Place<'a, 'input>(Node<'a, 'input>);

impl Element for Place<'_, '_> {
    type Location = TextPos;

    fn name(&self) -> ExpandedName {
        let name = self.0.tag_name();
        ExpandedName::new(name.namespace(), name.name())
    }

    fn attributes(&self) -> impl Iterator<Item = (ExpandedName, String)> {
        self.0.attributes().map(|attribute| {
            let name = ExpandedName::new(attribute.namespace(), attribute.name());
            (name, attribute.value().to_owned())
        })
    }

    fn children(&self) -> impl Iterator<Item = Content<Self>> {
        self.0.children().filter_map(|child| match child.text() {
            Some(text) if child.is_text() => Some(Content::Text(text.to_owned())),
            _ => child.is_element().then_some(Content::Element(Self(child))),
        })
    }

    fn location(&self) -> Option<TextPos> {
        Some(self.0.document().text_pos_at(self.0.range().start))
    }
}
