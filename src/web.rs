//! What subscribers, admins and ops see over HTTP.
