//! Page bytes to article: metadata, body, site template. Pure.
