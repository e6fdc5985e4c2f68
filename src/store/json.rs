//! Values kept as JSON text.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::StoreError;

/// A value as JSON text.
pub(super) fn write<T: Serialize>(value: &T) -> Result<String, StoreError> {
    Ok(serde_json::to_string(value)?)
}

/// A value from JSON text.
pub(super) fn read<T: DeserializeOwned>(text: &str) -> Result<T, StoreError> {
    Ok(serde_json::from_str(text)?)
}

/// A value from JSON text that may be absent.
pub(super) fn read_or_default<T: DeserializeOwned + Default>(
    text: Option<&str>,
) -> Result<T, StoreError> {
    text.map_or_else(|| Ok(T::default()), read)
}
