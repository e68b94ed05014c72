//! The whole program against bad input, from outside: hostile files, configurations, clusters and forges, signals, and planted secrets.
//!
//! What must hold everywhere is in [`harness`]: no panic, an exit code of ours, an end in bounded time. Secrets are planted by
//! [`secrets`]; a value that starts with [`harness::PLANTED`] must be in no output but the manifests of `render`.
#![allow(
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "this test runs the program on folders, fakes servers, and says what it skips"
)]

#[path = "hostile/api_server.rs"]
mod api_server;
#[path = "hostile/charts.rs"]
mod charts;
#[path = "hostile/clusters.rs"]
mod clusters;
#[path = "hostile/configurations.rs"]
mod configurations;
#[path = "hostile/files.rs"]
mod files;
#[path = "hostile/forges.rs"]
mod forges;
#[path = "support/git.rs"]
mod git;
#[path = "hostile/hangs.rs"]
mod hangs;
#[path = "hostile/harness.rs"]
mod harness;
#[path = "hostile/leaks.rs"]
mod leaks;
#[path = "../src/report/ci/obeyed.rs"]
mod obeyed;
#[path = "hostile/secrets.rs"]
mod secrets;
#[path = "hostile/signals.rs"]
mod signals;
#[path = "hostile/streams.rs"]
mod streams;
#[path = "support/trials.rs"]
mod trials;

use std::process::ExitCode;

/// What is in no list here is not run, and the compiler says that nobody uses it.
fn main() -> ExitCode {
    trials::suite!(
        [
            charts::a_hostile_chart_does_not_hide_the_others,
            clusters::an_unreadable_kubeconfig_is_told,
            clusters::an_api_server_that_misbehaves_is_broken_and_told_in_its_own_words,
            clusters::an_overloaded_server_is_waited_for,
            clusters::a_conflict_a_missing_permission_and_a_refused_object_are_findings,
            clusters::a_plugin_that_fails_shows_no_secret,
            clusters::what_hangs_is_given_up,
            clusters::cleanup_leaves_alone_what_belongs_to_another_repository_or_pull_request,
            clusters::a_plugin_is_never_found_in_the_repository_by_a_relative_part_of_path,
            clusters::a_test_is_not_led_to_another_origin,
            configurations::a_wrong_configuration_is_told_with_its_place,
            configurations::what_is_no_configuration_at_all_is_told,
            configurations::a_path_out_of_the_repository_and_an_unknown_environment_are_usage_errors,
            configurations::a_wrong_configuration_shows_no_credential,
            configurations::an_annotation_of_a_wrong_configuration_shows_no_credential,
            files::a_hostile_manifest_is_a_finding_with_its_place,
            files::a_scalar_of_fifty_megabytes_is_read_and_never_printed,
            files::what_cannot_be_read_below_a_directory_of_manifests_is_named,
            files::a_hostile_kustomization_is_a_finding_with_its_place,
            files::a_kustomization_reads_nothing_outside_the_repository,
            files::a_directory_instead_of_a_file_is_said,
            files::a_kustomization_that_multiplies_itself_ends_and_nothing_else_does,
            files::a_source_that_does_not_exist_is_found_at_the_line_that_names_it,
            files::a_thousand_findings_in_one_document_take_no_longer_than_in_a_thousand,
            files::a_path_that_leads_out_of_the_repository_is_refused_alike_by_render_and_validate,
            forges::a_comment_that_github_refuses_is_told,
            forges::a_status_that_github_refuses_is_told,
            forges::a_github_that_fails_or_is_not_there_is_told,
            forges::a_github_without_end_is_left,
            forges::three_hundred_failures_fit_a_comment_and_are_all_in_the_files,
            hangs::a_silent_server_is_left_at_the_deadline_whatever_was_asked,
            hangs::a_signal_ends_the_run_in_seconds_whatever_hangs,
            hangs::a_silent_handshake_is_left_at_the_deadline,
            hangs::a_lease_is_released_while_its_renewal_hangs,
            hangs::a_run_that_cannot_renew_its_lease_stops_before_it_expires,
            hangs::cleanup_is_stopped_by_a_signal_whatever_hangs,
            harness::planted_secrets_are_recognised_as_base64_wherever_they_begin,
            leaks::a_value_that_the_api_server_echoes_is_masked,
            leaks::no_credential_of_a_kubeconfig_is_shown,
            leaks::no_credential_of_the_environment_is_shown,
            leaks::a_comment_shows_no_secret_of_base_or_head,
            secrets::no_value_of_a_secret_is_shown_by_a_finding_about_it,
            secrets::no_value_of_a_generator_is_shown_whatever_is_wrong_around_it,
            secrets::a_value_of_a_secret_is_shown_nowhere_else_either,
            secrets::render_prints_what_the_cluster_gets_on_standard_output_alone,
            secrets::logs_and_answers_that_print_the_password_are_masked,
            secrets::no_value_is_shown_of_a_secret_in_another_notation,
            secrets::no_value_is_shown_of_a_patch_of_secrets_under_another_kind,
            secrets::no_value_is_shown_that_a_kustomization_reads_into_a_secret,
            secrets::logs_that_print_the_password_encoded_are_masked,
            signals::a_signal_while_a_server_is_silent_ends_in_a_report,
            signals::a_signal_in_the_middle_of_a_test_ends_in_a_report,
            signals::a_signal_in_the_middle_of_a_deployment_ends_in_a_report,
            signals::a_second_signal_without_a_terminal_changes_nothing,
            signals::a_second_interrupt_at_a_terminal_ends_at_once_and_says_when_the_lease_expires,
            signals::a_signal_while_many_environments_are_rendered_ends_in_a_report,
            streams::no_key_or_value_of_a_configuration_is_obeyed,
            streams::no_argument_and_no_variable_is_obeyed,
            streams::no_branch_of_a_pull_request_is_obeyed,
            streams::no_text_of_a_manifest_and_no_path_is_obeyed,
            streams::json_on_standard_output_says_what_the_file_says,
            streams::a_stream_that_is_named_as_a_file_is_no_way_around,
            streams::manifests_are_printed_byte_for_byte,
            streams::manifests_in_the_log_of_a_ci_are_not_obeyed_and_have_the_same_values,
            streams::a_closed_standard_output_changes_no_exit_code,
        ],
        []
    )
}
