"""What happens in a store, paragraph by paragraph, where it is about leads: the tests of each."""

RULES: dict[str, dict[str, tuple[str, ...]]] = {
    "the life of a lead": {
        "test_store_rules": (
            "test_a_lead_waits_is_offered_accepted_contacted_and_closed",
            "test_whoever_takes_over_or_moves_a_lead_stands_on_its_card_with_the_time",
            "test_whoever_was_escalated_to_and_accepts_has_taken_over_and_a_late_one_was_chosen",
        ),
        "test_handover": ("test_the_card_and_the_history_of_a_held_lead_say_who_left_it_to_whom",),
        "test_left_behind": (
            "test_whoever_leads_the_store_is_told_that_second_once_and_until_it_is_handed_over",
            "test_a_customer_who_comes_back_does_not_wait_for_whoever_left",
        ),
        "test_leads": (
            "test_only_managers_close_as_test_and_only_the_holder_closes_otherwise",
            "test_a_closed_lead_cannot_be_accepted",
        ),
    },
    "1 reception": {
        "test_leads": (
            "test_receiving_oneself_is_one_unit_without_offer_or_clock",
            "test_receiving_oneself_needs_the_right_to_receive_at_that_store",
            "test_a_reception_by_a_colleague_is_an_offer_to_that_person",
            "test_a_reception_by_nobody_is_routed",
        ),
        "test_routing": ("test_a_customer_received_in_person_counts_in_the_fairness",),
        "test_routing_rules": (
            "test_the_report_shows_each_persons_part_beside_what_they_were_entitled_to",
        ),
    },
    "2 one open lead": {
        "test_leads": (
            "test_a_second_scan_rings_the_holder_and_makes_no_second_lead",
            "test_an_arrival_after_closing_opens_a_new_lead",
            "test_a_scan_at_another_store_opens_a_lead_there",
        ),
        "test_store_rules": ("test_a_second_scan_leaves_the_clock_as_it_was",),
    },
    "3 returning customer": {
        "test_leads": (
            "test_a_known_phone_goes_to_its_owner_and_makes_no_second_customer",
            "test_an_absent_owner_is_told_and_keeps_the_customer",
            "test_receiving_a_colleagues_customer_leaves_the_lead_and_rings_its_holder",
        ),
    },
    "4 closed hours": {
        "test_deadlines": (
            "test_received_at_ten_to_closing_escalates_at_twenty_past_opening",
            "test_at_night_nothing_rings_and_a_name_is_planned",
            "test_with_nobody_planned_the_night_lead_carries_the_managers_name",
            "test_who_is_eligible_is_decided_again_at_opening",
        ),
        "test_hours_changed": (
            "test_hours_in_which_the_store_was_closed_never_count_whatever_it_says_of_them_later",
        ),
        "test_calendar": (
            "test_a_customer_received_ten_minutes_before_closing_is_promised_twenty_past_opening",
        ),
        "test_register_page": ("test_the_page_promises_a_time_in_store_hours",),
    },
    "5 ladder": {
        "test_escalation": (
            "test_an_unanswered_offer_is_nudged_at_fifteen_minutes",
            "test_an_unanswered_offer_moves_to_the_next_person_at_twenty_minutes",
            "test_an_unanswered_offer_is_warned_about_at_twenty_five_minutes",
            "test_an_unanswered_offer_reaches_the_manager_at_thirty_minutes",
            "test_an_unanswered_offer_reaches_the_area_manager_at_sixty_minutes",
            "test_escalation_never_goes_to_whoever_missed_it",
            "test_the_person_on_duty_comes_before_the_manager",
            "test_an_absent_manager_is_skipped",
            "test_where_the_manager_was_first_the_area_manager_follows_at_thirty",
        ),
        "test_store_heads": (
            "test_another_manager_and_deputy_are_named_and_the_next_escalation_is_theirs",
            "test_a_manager_who_leaves_is_followed_by_the_deputy",
        ),
        "test_store_rules": (
            "test_receiving_leads_is_a_flag_that_clerks_and_managers_may_have",
            "test_with_everybody_else_absent_the_ladder_ends_at_the_admin",
        ),
        "test_pauses": (
            "test_the_rungs_still_to_come_move_by_the_pause_and_then_go_on",
            "test_whoever_it_was_escalated_to_says_that_they_know_and_nothing_stops",
        ),
        "test_presence": ("test_two_unanswered_offers_in_a_row_mark_a_person_away",),
        "test_exactly_once": (
            "test_three_workers_whose_clocks_step_by_an_hour_fire_each_rung_once",
        ),
    },
    "6 acceptance offline": {
        "test_leads": (
            "test_a_late_acceptance_counts_while_nobody_else_has_accepted",
            "test_an_acceptance_after_somebody_elses_is_refused_as_taken",
            "test_an_escalation_that_fired_stays_when_the_acceptance_comes_late",
        ),
        "test_figures": (
            "test_an_acceptance_that_comes_late_annotates_the_escalations_and_rewrites_nothing",
        ),
    },
    "7 first follow-up": {
        "test_deadlines": (
            "test_the_first_follow_up_is_due_after_a_day_whoever_holds_the_lead",
            "test_a_first_follow_up_due_on_a_closed_day_is_due_an_hour_after_opening",
        ),
        "test_leads": ("test_a_manager_reassigns_and_the_first_follow_up_stays_due",),
        "test_followups": (
            "test_an_unanswered_call_leaves_the_lead_waiting_for_contact",
            "test_reception_with_greeting_and_needs_is_the_first_contact",
        ),
        "test_store_rules": (
            "test_an_attempt_does_not_stop_the_first_follow_up_and_a_contact_does",
            "test_three_attempts_over_two_days_allow_unreachable_and_a_manager_needs_none",
        ),
    },
    "8 effective contact": {
        "test_followups_steps": (
            "test_contact_is_effective_when_somebody_answered_and_something_was_said",
            "test_the_stepper_keeps_the_best_result_in_any_order",
        ),
    },
    "11 personal code": {
        "test_routing": (
            "test_a_personal_code_rings_its_owner_for_ten_store_minutes",
            "test_the_code_of_a_leaver_or_of_somebody_on_leave_is_the_stores",
        ),
        "test_routing_choice": (
            "test_a_personal_code_is_its_owners_also_off_shift_and_after_the_customers_owner",
        ),
        "test_personal_codes": ("test_a_known_customers_owner_comes_before_the_code",),
        "test_store_rules": (
            "test_the_minutes_of_a_personal_code_stand_still_while_the_store_is_closed",
        ),
    },
    "12 silent is not neglected": {
        "test_pool": (
            "test_who_does_not_answer_is_released_and_falls_a_tier",
            "test_who_was_never_tried_goes_back_after_a_warning_and_the_manager_is_told",
            "test_nobody_loses_a_customer_while_they_are_away",
        ),
        "test_pool_rules": (
            "test_two_weeks_without_an_answer_despite_two_attempts_release",
            "test_two_weeks_without_an_attempt_take_back",
        ),
    },
    "13 cadence of an untiered customer": {
        "test_cadence": (
            "test_an_untiered_customer_is_due_after_three_days_as_b_is",
            "test_a_tier_that_changed_since_the_contact_counts_in_the_morning",
        ),
        "test_store_rules": ("test_a_new_customer_has_no_tier_and_a_day_for_the_first_contact",),
    },
    "14 refusal": {
        "test_register": (
            "test_without_consent_nothing_is_stored_and_the_page_says_what_to_do",
            "test_nobody_agrees_to_marketing_for_a_known_customer",
        ),
        "test_customers": ("test_no_arrival_without_the_customers_consent",),
    },
    "15 clerk": {
        "test_register": ("test_the_counter_sees_a_card_that_names_nobody_in_full",),
        "test_customers": (
            "test_a_clerk_registers_for_the_store_and_keeps_nobody",
            "test_a_clerk_writes_no_remarks_and_changes_no_profile",
        ),
        "test_leaks_public": ("test_no_door_searches_or_exports",),
        "test_store_rules": (
            "test_a_clerks_phone_holds_masked_cards_of_the_store_and_no_customer",
        ),
    },
    "16 late sync": {
        "test_leads": ("test_the_clock_runs_from_receipt_and_the_card_says_when_it_was_captured",),
        "test_figures": (
            "test_the_three_figures_come_with_their_facts",
            "test_a_registration_that_was_on_its_way_counts_for_the_network_not_for_the_store",
        ),
        "test_store_rules": ("test_a_reception_that_comes_late_starts_no_clock",),
    },
}
