//! Which ops of deno's crates work in our isolates: those that the host's scripts use. The others are there by name and refuse, because
//! a script that replaces JavaScript's builtins may catch an op, and some of them abort the process (`op_panic`), write past the
//! printer or take numbers that they don't check.

use deno_core::OpDecl;
use deno_core::op2;
use deno_error::JsErrorBox;

/// Sorted by name.
const USED: [&str; 97] = [
    "op_base64_atob",
    "op_base64_btoa",
    "op_base64_decode",
    "op_base64_decode_into",
    "op_base64_encode_from_buffer",
    "op_base64url_decode",
    "op_base64url_decode_into",
    "op_base64url_encode_from_buffer",
    "op_blob_clone_part",
    "op_blob_create_object_url",
    "op_blob_create_part",
    "op_blob_from_object_url",
    "op_blob_read_part",
    "op_blob_remove_part",
    "op_blob_revoke_object_url",
    "op_blob_slice_part",
    "op_close",
    "op_compression_finish",
    "op_compression_new",
    "op_compression_write",
    "op_decode",
    "op_defer",
    "op_deserialize",
    "op_destructure_error",
    "op_dispatch_exception",
    "op_drain_pending_rejections",
    "op_encode",
    "op_encoding_decode",
    "op_encoding_decode_single",
    "op_encoding_decode_utf8",
    "op_encoding_decode_utf8_ascii_only",
    "op_encoding_encode_into",
    "op_encoding_encode_into_fallback",
    "op_encoding_new_decoder",
    "op_encoding_normalize_label",
    "op_eval_context",
    "op_get_ext_import_meta_proto",
    "op_get_extras_binding_object",
    "op_get_promise_details",
    "op_get_proxy_details",
    "op_immediate_check",
    "op_import_sync",
    "op_is_any_array_buffer",
    "op_is_arguments_object",
    "op_is_array_buffer",
    "op_is_array_buffer_view",
    "op_is_async_function",
    "op_is_big_int_object",
    "op_is_boolean_object",
    "op_is_boxed_primitive",
    "op_is_data_view",
    "op_is_date",
    "op_is_generator_function",
    "op_is_generator_object",
    "op_is_map",
    "op_is_map_iterator",
    "op_is_module_namespace_object",
    "op_is_native_error",
    "op_is_number_object",
    "op_is_promise",
    "op_is_proxy",
    "op_is_reg_exp",
    "op_is_set",
    "op_is_set_iterator",
    "op_is_shared_array_buffer",
    "op_is_string_object",
    "op_is_symbol_object",
    "op_is_typed_array",
    "op_is_weak_map",
    "op_is_weak_set",
    "op_load_ext_script",
    "op_message_port_create_entangled",
    "op_message_port_post_message",
    "op_message_port_post_message_raw",
    "op_message_port_recv_message",
    "op_message_port_recv_message_sync",
    "op_now",
    "op_preview_entries",
    "op_ref_op",
    "op_run_microtasks",
    "op_serialize",
    "op_set_captured_bootstrap",
    "op_str_byte_length",
    "op_structured_clone",
    "op_time_origin",
    "op_timer_now",
    "op_timer_schedule",
    "op_timer_track",
    "op_timer_untrack",
    "op_try_close",
    "op_unref_op",
    "op_url_get_serialization",
    "op_url_parse",
    "op_url_parse_search_params",
    "op_url_parse_with_base",
    "op_url_reparse",
    "op_url_stringify_search_params",
];

/// The op as an isolate gets it. Ours are all kept: each looks after itself.
pub(crate) fn kept_or_refused(op: OpDecl) -> OpDecl {
    let is_ours = ["op_mmk_", "op_net_", "op_node_"]
        .iter()
        .any(|prefix| op.name.starts_with(prefix));
    if is_ours || USED.binary_search(&op.name).is_ok() {
        op
    } else {
        op.with_implementation_from(&op_mmk_refused())
    }
}

#[op2(nofast)]
fn op_mmk_refused() -> Result<(), JsErrorBox> {
    Err(JsErrorBox::generic("this function is not part of the host"))
}

#[cfg(test)]
mod tests {
    use super::USED;

    #[test]
    fn the_names_are_sorted() {
        assert!(USED.is_sorted());
    }
}
