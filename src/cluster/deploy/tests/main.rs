//! Whole deployments against the simulated cluster, told as a user would change things.

mod harness;
mod hold;
mod preview;
mod refusal;
mod restore;
mod rollout;
mod seed;
mod settle;
#[path = "../../../../tests/support/trials.rs"]
mod trials;

use std::process::ExitCode;

/// The trials of asynchronous functions, each with threads of its own.
macro_rules! trials_of {
    ($($claim:path),* $(,)?) => { [$(trials::case(stringify!($claim), || on_threads($claim()))),*] };
}

/// What is in no list here is not run, and the compiler says that nobody uses it.
fn main() -> ExitCode {
    let all = trials_of![
        hold::the_lease_is_free_again_when_the_deployment_is_over,
        hold::a_lease_that_another_run_holds_is_waited_for_until_the_deadline,
        hold::a_lease_that_expired_long_ago_is_taken_over,
        hold::a_run_that_died_holds_the_target_no_longer_than_its_lease_lasts,
        hold::a_cancelled_wait_says_where_it_stopped_and_frees_the_lease,
        hold::a_run_that_was_cancelled_before_it_began_touches_nothing,
        preview::everything_with_a_namespace_moves_and_cleanup_takes_it_away_again,
        preview::a_namespace_that_is_not_ours_is_neither_used_nor_deleted,
        preview::a_collision_is_found_before_even_the_namespace_is_made,
        preview::a_host_that_stays_behind_is_named,
        preview::a_namespace_that_does_not_go_names_what_holds_it,
        preview::a_preview_of_another_repository_or_pull_request_is_neither_used_nor_deleted,
        preview::a_repository_in_other_case_is_the_same_one,
        preview::of_two_pull_requests_that_make_one_namespace_at_once_one_is_refused,
        refusal::one_refused_object_keeps_its_whole_stage_from_being_applied,
        refusal::a_missing_permission_names_verb_resource_and_the_rule_to_add,
        refusal::a_lease_that_may_not_be_taken_breaks_the_run_and_says_what_to_grant,
        refusal::a_field_that_somebody_else_owns_is_a_conflict_at_its_line,
        refusal::an_immutable_field_says_so_and_nothing_is_recreated,
        refusal::an_immutable_object_of_ours_is_recreated_where_that_is_allowed,
        refusal::what_our_inventory_does_not_own_is_not_recreated,
        refusal::what_flux_owns_is_refused_before_anything_is_touched,
        refusal::a_namespace_that_nobody_makes_is_named_with_its_line,
        refusal::a_kind_that_is_not_served_is_a_finding_and_nothing_is_applied,
        refusal::an_encrypted_document_is_skipped_and_named,
        refusal::a_cause_that_may_not_be_read_is_said_to_be_missing,
        refusal::a_missing_right_on_what_we_keep_ourselves_says_what_to_grant,
        refusal::a_warning_of_the_server_is_a_finding_at_its_line_and_no_refusal,
        restore::a_failed_change_is_undone_and_what_it_created_is_gone,
        restore::what_was_there_before_or_others_own_is_not_deleted,
        restore::one_object_that_cannot_be_put_back_keeps_no_other_from_it,
        restore::what_may_be_recreated_is_put_back_so,
        restore::what_the_base_would_not_get_is_not_deleted_for_it,
        restore::the_state_of_another_pull_request_stays_and_only_what_this_one_left_is_deleted,
        restore::what_another_pull_request_uses_too_is_its_own_from_then_on,
        restore::a_namespace_goes_with_what_is_in_it_unless_that_is_of_others,
        restore::a_signal_ends_it_and_it_says_what_was_not_looked_at,
        restore::a_lease_that_was_lost_meanwhile_leaves_the_target_to_whoever_has_it,
        rollout::a_set_is_created_in_order_then_unchanged_then_only_what_changed_is_configured,
        rollout::progress_tells_what_was_applied_and_what_is_waited_for,
        rollout::a_tag_that_does_not_exist_points_at_the_line_that_sets_it,
        rollout::a_crash_is_told_with_its_exit_code_and_its_last_words,
        rollout::the_old_pods_that_still_run_do_not_save_a_broken_new_revision,
        rollout::a_failed_job_names_its_exit_code_and_log,
        rollout::what_is_not_ready_at_the_deadline_is_a_finding,
        rollout::objects_that_vanished_are_named_and_stay,
        seed::the_next_deployment_makes_the_same_and_another_namespace_makes_another,
        seed::two_runs_at_once_have_the_same_seed,
        seed::a_repository_does_not_say_what_the_seed_is,
        seed::without_permission_nothing_is_deployed,
        settle::the_target_is_held_until_the_tests_have_ended,
        settle::the_report_says_when_the_watch_was_shorter_than_a_probe,
        settle::probes_that_are_not_simulated_are_not_waited_for,
        settle::what_is_deleted_while_the_tests_run_fails_the_deployment,
        settle::what_somebody_else_changes_while_the_tests_run_is_not_judged,
        settle::what_this_run_did_not_change_is_not_watched,
        settle::what_has_no_probe_is_watched_for_a_while_and_no_longer_than_the_tests_take,
    ];
    trials::suite!([], all)
}

fn on_threads(claim: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.expect("a runtime").block_on(claim);
}
