/** The shape of every row a phone may hold: the body of each entity as the server sends it. Times are ms since 1970 UTC. */

export type Role = 'rep' | 'clerk' | 'manager' | 'area' | 'admin'
export type Step = 'greeting' | 'needs' | 'proposal' | 'objection' | 'revisit'
export const STEPS: readonly Step[] = ['greeting', 'needs', 'proposal', 'objection', 'revisit']

export interface Organisation {
  name: string; code: string; zone: string
  /** the server's: how long a phone opens without having met it; absent: seven */
  lease_days?: number
  retention_months?: number
}
export interface Point { lat: number; lng: number }
export interface Store {
  name: string; code: string; zone: string
  hours: [number, number][][]; closures: string[]; openings: Record<string, [number, number][]>
  patience_s: number; point: Point | null; fence_m: number
  manager_id: string | null; deputy_id: string | null; area_id: string | null
  /** where customers find it, in words */
  address?: string
  /** the server's: public holidays and make-up days by date, with the weekday whose hours they have (0 is Monday; null: closed) */
  as_weekday?: Record<string, number | null>
  /** how its leads are shared out; what is left out is the default */
  routing?: Rules
  /** what the store says of its pool; what is left out is the default */
  pool?: PoolRules
}
export interface PoolRules {
  days?: number; tier_days?: Partial<Record<Tier, number>>; attempts?: number; warning_days?: number; freeze_holidays?: boolean; freeze_leave?: boolean
  daily?: number; cool_off_days?: number; capacity?: number; protection_days?: number
}
export interface Share { weight?: number; open_cap?: number; day_cap?: number }
export interface Need { skill: string; tiers?: Tier[]; sources?: Source[] }
export interface Rules {
  open_cap?: number; day_cap?: number; people?: Record<string, Share>; needs?: Need[]
  seniors?: string[]; senior_tiers?: Tier[]; senior_score?: number; reach_min?: number; personal_wait_min?: number
}
/** A person's own week at one store, as a store has its hours. */
export interface PersonShifts { hours: [number, number][][]; closures?: string[]; openings?: Record<string, [number, number][]> }
/** a leave that is known of before it begins */
export interface NextAway { state: 'leave' | 'travel'; from_at: number; back_at: number | null }
export interface Staff {
  name: string; role: Role; store_ids: string[]; accepts_leads: boolean; state: 'active' | 'leave' | 'travel' | 'left'
  /** when somebody away is back by themselves; shifts by store; weight and cap: null is the store's word */
  back_at?: number | null; next_away?: NextAway | null; shifts?: Record<string, PersonShifts>
  skills?: string[]; senior?: boolean; weight?: number | null; cap?: number | null
}
/** A phrase for a step; `title` is what the customer says, where it answers an objection. `initials` are the server's. */
export interface Script {
  step: Step; zh?: string; en?: string; kind?: 'script' | 'objection'; title?: string; keywords?: string
  store_id?: string | null; credit_id?: string | null; withdrawn?: boolean; initials?: string
}
export type Beside = 'mood' | 'breakthrough'
export type Stage = 'first' | 'following' | 'opportunity'
/** In one language or both; without choices it is answered in words. */
export interface Question { id: string; step: Step; zh?: string; en?: string; must?: boolean; choices?: string[] }
export interface PhotoPrompt { id: string; zh?: string; en?: string }
/** What a store wants asked and photographed at a contact; no store and no tiers: of all. */
export interface Template {
  name: string; stage: Stage; store_id?: string | null; tiers?: Tier[]; questions?: Question[]; photos?: PhotoPrompt[]
  /** which of these two it asks; left out, both */
  requires?: Beside[]
  /** good notes, by step, of the person that `credit_id` names */
  examples?: Partial<Record<Step, string>>; credit_id?: string | null; withdrawn?: boolean
}

export type Source = 'poster' | 'staff' | 'referral' | 'other'
export type Tier = 'A' | 'B' | 'C' | 'D'
export interface Customer {
  name: string; salutation: string; phone: string; need: string; budget: string; community: string
  house_type: string; wechat: string; move_in: string; source: Source; tier: Tier | null; tags: string[]; store_id: string
  owner_id: string | null; holder_ids: string[]; pinyin: string; initials: string; phone_valid: boolean
  last_contact_at: number | null; contact_count: number; next_at: number | null; next_kind: string | null; followed_at?: number | null
  steps: Partial<Record<Step, string>>; created_by: string | null; created_at: number; marketing: boolean; open_lead_id: string | null
  /** since when it is an opportunity, and when its owner is to touch it again */
  opportunity_at?: number | null
  opportunity_due_at?: number | null
  /** ids that became part of this record; records of the same household */
  merged_ids: string[]; household_ids: string[]
  /** when the owner will lose them, why, and when that was said; who owned them before they came to the pool */
  release_at?: number | null; release_why?: 'no_answer' | 'no_attempt' | null; warned_at?: number | null; former_id?: string | null
  /** per cent by person, while a manager's split stands: both have the tree */
  credits?: Record<string, number> | null
  phone_fault?: PhoneFault | null
  /** what the customer took back, and when */
  withdrawn?: Partial<Record<Purpose, number>>
}
/** Nobody has this number, or somebody else has; it speaks of the number it names alone. */
export interface PhoneFault { phone: string; why: 'dead' | 'wrong' }
/** Somebody who speaks for a customer, or the customer's other number. `relation` is a known word (customers/contacts.ts) or free text. */
export interface Contact {
  customer_id: string; relation: string; name?: string; phone?: string; note?: string; phone_fault?: PhoneFault | null; removed?: boolean
  /** the server's */
  phone_valid?: boolean
}

/** What the server writes on a fact that was corrected: which correction counts, and whether the fact is to be read at all. */
export interface Correctable { corrected_by?: string | null; void?: boolean }
/** Everything that is to differ from the fact as it was first written; the last one of a fact counts alone. */
export interface Correction { fact_id: string; fields: Record<string, unknown>; void: boolean; note?: string }
export interface Deletion extends Correctable { row_id: string; note?: string; name_masked: string; entity: EntityName }
export interface Side { id: string; store_id: string; owner_id: string | null; name_masked: string; phone_masked: string }
export type Choice = 'same' | 'household' | 'different'
/** Two records that may be one person. */
export interface Candidate {
  one: Side; other: Side; why: 'phone_taken' | 'shared_phone' | 'alike' | 'recycled' | 'unmerged'; state: 'open' | Choice
  decided_by: string | null; decided_at: number | null
}
export interface Decision { candidate_id: string; choice: Choice; note?: string }
/** `phone`: who keeps the number. */
export interface Unmerge { alias_id: string; phone: 'record' | 'alias'; note?: string }

export interface Consent { purpose: 'service' | 'marketing'; version: string; how: How }
export type How = 'own_phone' | 'verbal' | 'signed'
export type Purpose = 'service' | 'marketing' | 'photo'
/** Said after the registration: agreed to, or taken back. `words_sha256` is the server's. */
export interface ConsentFact { customer_id: string; purpose: Purpose; version: string; given: boolean; how: How; store_id?: string | null; note?: string; words_sha256?: string; arrival_id?: string; handed_by?: string }
export type Reception = 'me' | 'colleague' | 'none'
/** Of whoever agreed for a customer under 14. */
export type GuardianRelation = 'mother' | 'father' | 'guardian'
export interface Arrival extends Correctable {
  customer_id: string | null; card_id: string | null; lead_id: string | null; store_id: string
  source: 'poster' | 'staff' | 'pass'; name: string; salutation: string; phone: string; need: string; position: string
  reception: Reception; receiver_id: string | null; pass: string | null; consents: Consent[]
  /** Versions whose words the server does not know. */
  unknown_words?: string[]
  guardian?: { name: string; relation: GuardianRelation } | null
  opened_lead_id: string | null; differs: boolean
}
export type LeadState = 'waiting' | 'offered' | 'accepted' | 'contacted' | 'closed'
export interface Clock { offered_at: number | null; nudge_at: number; next_at: number; warn_at: number; escalate_at: number; area_at: number }
export type SnoozeReason = 'with_them' | 'asked_for_time' | 'short_handed' | 'other'
/** Who put a lead off, why and until when; the server's, over once `until` has passed. */
export interface Pause { by: string; reason: SnoozeReason; note: string; at: number; until: number }
/** With `by_id` it says who moved the lead to this person and when; `from_id` had it, and may have left. */
export interface Reason { staff_id: string; code: string; by_id?: string | null; at?: number; from_id?: string; from_left?: boolean }
export type ClosingReason = 'opportunity' | 'no_need' | 'unreachable' | 'wrong_number' | 'test'
export interface Known { staff_id: string; at: number; channel: string }
export interface Lead {
  customer_id: string; store_id: string; arrival_id: string; need: string
  state: LeadState; responsible_id: string; holder_id: string | null; offer_id: string | null; offered_to: string | null
  received_at: number; captured_at: number; routed_at: number | null; accepted_at: number | null; contacted_at: number | null
  closed_at: number | null; close_reason: ClosingReason | 'merged' | 'pool' | 'withdrawn' | null; self_received: boolean; clock: Clock | null
  escalated_at: number | null; escalated_to: string | null; level: string | null; first_follow_up_due_at: number | null
  arrivals: number; rung_at: number | null; reasons: Reason[]
  /** who said "I know", in the app or by a link: read with leads/knowing, older servers keep the app's in `acknowledged` */
  acknowledgements?: Known[]
  /** of who left no name or salutation */
  phone_masked?: string
  name: string; salutation: string; source: string; position: string; is_known: boolean
  /** the three figures, kept apart: the customer's wait, the store's part of it in store time, the network's; null until known */
  wait_s?: number | null; responsibility_s?: number | null; no_signal_s?: number
  /** calls that nobody answered: three over two days allow it to be closed as unreachable */
  attempts?: number[]
  /** when it is to be touched again, by the customer's tier; from the first contact on */
  next_due_at?: number | null
  snooze?: Pause | null; snoozes?: number; acknowledged?: { by: string; at: number } | null
}
export interface Offer {
  lead_id: string; customer_id: string; store_id: string; to_id: string; state: 'open' | 'accepted' | 'withdrawn' | 'missed'
  offered_at: number; nudge_at: number; next_at: number; escalate_at: number; nudged_at: number | null
  name: string; salutation: string; phone_masked?: string; need: string; source: string; position: string
  is_known: boolean; is_owner: boolean; tier: Tier | null; captured_at: number; reason: string
  /** the card this offer was made by; older offers lack it */
  reasons?: Reason[]
}
/** `standing` is the server's: a reception of a customer whose lead a colleague holds changes nothing about the lead. */
export interface Acceptance { lead_id: string; offer_id: string | null; standing?: 'stand_in' }
/** `from_id`, `from_left`: the server's, of a handover. */
export interface Reassignment { lead_id: string; to_id: string; note?: string; from_id?: string; from_left?: boolean }
export interface Snooze { lead_id: string; reason: SnoozeReason; until: number; note?: string }
export interface LeadAcknowledgement { lead_id: string }
/** Offers a person let pass in a row; `away_at` once these are two, over at `until`. */
export interface Presence { staff_id: string; store_id: string; missed_ids: string[]; offered_at: number | null; away_at: number | null; until: number }
export interface Attendance { presence_id: string }
export interface Closing { lead_id: string; reason: ClosingReason; note?: string }

export type Channel = 'store' | 'phone' | 'wechat' | 'visit'
export interface StepResult<R extends string> { result: R; note?: string }
export type GreetingResult = 'met' | 'no_answer' | 'skipped'
export type NeedsResult = 'clear' | 'partial' | 'changed' | 'skipped'
export type ProposalResult = 'approved' | 'revise' | 'expensive' | 'comparing' | 'skipped'
export type ObjectionResult = 'resolved' | 'open' | 'none' | 'skipped'
export interface Revisit extends StepResult<'booked' | 'no_contact'> { at?: number; reason?: string }
export type Mood = 'keen' | 'watching' | 'cold' | 'none'
export type Breakthrough = 'price' | 'delivery' | 'design' | 'family' | 'none'
export interface FollowUp extends Correctable {
  customer_id: string; lead_id: string | null; channel: Channel
  greeting: StepResult<GreetingResult>; needs: StepResult<NeedsResult>; proposal: StepResult<ProposalResult>
  objection: StepResult<ObjectionResult>; revisit: Revisit; mood: Mood; breakthrough: Breakthrough
  started_at: number; ended_at: number
  /** told so many seconds after it, where somebody said so */
  lag_s?: number
  /** by whose questions, and what was answered, by their ids */
  template_id?: string; answers?: Record<string, string>
  /** the lead it answered; the server's */
  counts_for?: string
}
export type Grade = 'verified' | 'plausible' | 'uncertain'
/** The position as received, all of it or nothing; older servers always have it. */
export interface Visit extends Correctable {
  customer_id: string | null; store_id: string | null; lat?: number | null; lng?: number | null; accuracy_m?: number | null
  fix_at?: number | null; fix_source: string; datum?: string; wall_code?: string; handset?: string; note?: string
  /** the server's: `reasons` are stable codes (visits/reasons.ts); `rounded` after half a year */
  distance_m: number | null; grade: Grade; reasons?: string[]; left_at?: number; dwell_s?: number; attested_by?: string; rounded?: boolean
}
/** The end of a visit. */
export interface Departure { visit_id: string }
/** A manager's word on a visit. */
export interface Attestation { visit_id: string; choice: 'confirm' | 'doubt'; note?: string }
export type PointSource = 'standing' | 'amap' | 'tencent' | 'baidu' | 'apple' | 'gps'
/** Where a store is, as somebody said it; or its fence alone. `wgs84` is the server's. */
export interface StorePoint {
  store_id: string; lat?: number; lng?: number; datum?: string; source?: PointSource; accuracy_m?: number; fixes?: number; fence_m?: number
  wgs84?: Point
}
/** What somebody found where a code of the store's should hang. `verdict` is the server's. */
export interface CodeCheck {
  store_id: string; text: string; poster_id?: string; position?: string; note?: string
  verdict?: 'ours' | 'typed' | 'old' | 'other_store' | 'personal' | 'foreign' | 'unknown'
}
/** A reception of somebody who leaves no data. */
export interface WalkIn extends Correctable { store_id: string; receiver_id: string; need?: string }
export type PhotoKind = 'customer' | 'follow_up' | 'visit' | 'arrival'
export interface Photo extends Correctable {
  subject_id: string; customer_id: string; kind: PhotoKind; sha256: string; bytes: number; width: number; height: number
  state: 'pending' | 'stored' | 'refused'; reason: string | null
  /** what a template had asked to see */
  prompt_id?: string
  /** how it came about, as this phone read it before the picture was drawn anew; left out where nobody knows */
  taken?: 'camera' | 'gallery'; original_sha256?: string; exif_at?: number; shows?: Shows
  /** seconds from when this phone got it to when it was saved */
  lag_s?: number
  /** the server's; left out where there is nothing to say */
  flags?: PhotoFlag[]
  /** the server's: by what anybody finds what it vouches for, once it is stored */
  code?: string
}
export type Shows = 'storefront' | 'display' | 'product' | 'site' | 'document' | 'other'
export type PhotoFlag = 'gallery' | 'older_than_visit' | 'no_exif_time' | 'reused' | 'seen_again'
/** What was said about a contact, at most a minute. */
export interface Recording extends Correctable {
  subject_id: string; customer_id: string; sha256: string; bytes: number; duration_ms: number
  state: 'pending' | 'stored' | 'refused'; reason: string | null
}
export interface Comment extends Correctable { customer_id: string; text: string }
export interface Resolution { conflict_id: string; choice: 'keep' }
export interface Acknowledgement { refusal_id: string }
/** The author asks the manager to decide about something refused. */
export interface Appeal { refusal_id: string; note: string }
/** The manager's answer; or the server's own word (`by` null) that what was refused has been applied after all. */
export interface Release {
  refusal_id: string; choice: 'apply' | 'decline'; note: string
  /** the server's: whose operation it was, and what became of it; null until that is known */
  to_id?: string; device?: string; seq?: number; entity?: string; row_id?: string
  outcome?: 'applied' | 'merged' | 'duplicate' | 'refused' | null
}
export interface Conflict {
  row_id: string; entity: string; field: string
  value_now: unknown; by_now: string | null; at_now: number
  value_other: unknown; by_other: string | null; at_other: number
  state: 'open' | 'restored' | 'kept' | 'ended'
  /** the record, merged into this one, that offered the value */
  from_id?: string | null
}
export interface Refusal {
  device: string; seq: number; unit: [first: number, count: number]; entity: EntityName; row_id: string; code: string; field: string | null
  fields: Record<string, unknown>; base: number | null; cites: string | null; captured_at: number; refused_at: number
  who: string | null; when: number | null
  /** `released`: about to be judged again; `again`: judged once more and refused once more */
  state: 'kept' | 'asked' | 'declined' | 'released' | 'again'
  note: string | null; asked_at: number | null; store_ids: string[]; answered_by: string | null; answered_at: number | null; answer: string | null; release_id: string | null
}
export interface ArrivalCard {
  arrival_id: string; lead_id: string | null; customer_id: string; store_id: string; pass: string
  name_masked: string; salutation: string; phone_masked: string; need: string; at: number
  state: LeadState; receiver_id: string | null; source: string; position: string
}
export interface Escalation {
  lead_id: string; customer_id: string; store_id: string; level: 'next' | 'manager' | 'area' | 'admin'
  from_id: string | null; to_id: string; at: number; reason: string
  late_evidence?: LateEvidence[]
}
/** What was captured before an escalation and came after it; the escalation stays. */
export interface LateEvidence { what: 'acceptance' | 'contact'; fact_id: string; by: string; at: number; received_at: number }
export interface Due { overdue: number; today: number; dormant?: number }
/** A morning's notice: `digest` for one person, `team_digest` for whoever runs the store; `frozen` wait for somebody on leave; `kept_over` are to be erased. */
export interface Digest extends Due { kind: 'digest' | 'team_digest'; to_id: string; store_id: string; at: number; people?: (Due & { staff_id: string })[]; frozen?: number; kept_over?: number; left?: (Left & { staff_id: string })[] }
/** What somebody who left still has. */
export interface Left { customers: number; leads: number }
/** To whoever is to hand it over, until that is done. */
export interface LeftBehind extends Left { kind: 'left_behind'; to_id: string; staff_id: string; name: string; at: number; ended_at: number | null }
/** What a customer did on their own page; nobody is named once they are erased. */
export interface Wish {
  kind: 'corrects' | 'asks_erasure' | 'withdrew' | 'erasure_due' | 'self_erased'; to_id: string; lead_id: null; customer_id: string | null; at: number; name: string
  /** working days that are left to erase them */
  days?: number
}
/** A code pasted over ours that somebody else found: to whoever leads the store. */
export interface CodeAlarm {
  kind: 'foreign_code'; to_id: string; by_id: string; store_id: string; check_id: string; host: string; position: string; note: string
  found_at: number; at: number; lead_id: null; customer_id: null; name: string
}
export interface Notice {
  kind: 'nudge' | 'warning' | 'escalated' | 'ring' | 'owner_told' | 'differs' | 'release_warning' | 'released' | 'reclaimed' | 'collision' | 'away'
  to_id: string; lead_id: string | null; customer_id: string; at: number; name: string
}

/** A customer whom nobody owns, as the store sees them. */
export interface PoolCard {
  customer_id: string; store_id: string; name_masked: string; phone_masked: string; need: string; tier: Tier | null
  why: 'no_answer' | 'no_attempt' | 'released' | 'imported'; pooled_at: number; former_id: string | null
  taken_by: string | null; taken_at: number | null
}
export interface PoolClaim { pool_card_id: string; customer_id?: string }

/** When one of two people registered a customer: between `from_at` and `to_at`, as far as the phone's clock can tell. */
export interface Capture {
  staff_id: string; arrival_id: string; store_id: string; position: string; captured_at: number; received_at: number
  from_at: number; to_at: number; is_certain: boolean; photo_ids: string[]
}
/** `shares`: per cent of each, once it is settled. */
export interface Collision {
  customer_id: string; name_masked: string; phone_masked: string; store_ids: string[]; head_ids: string[]; one: Capture; other: Capture
  why: 'earlier' | 'overlap' | 'met'; state: 'open' | 'one' | 'other' | 'split'; shares: Record<string, number> | null
  wish: 'one' | 'other' | 'none'; wish_note: string; ruled_by: string | null; ruled_at: number | null
}
export interface Ruling { collision_id: string; choice: 'one' | 'other' | 'split'; share?: number; wish?: 'one' | 'other' | 'none'; wish_note?: string }

/** Somebody was erased: the ids by which a phone finds what it kept of them beside the rows. */
export interface Erasure { ids: string[]; at: number }

export interface Bodies {
  organisation: Organisation; store: Store; staff: Staff; script: Script; template: Template
  customer: Customer; contact: Contact; arrival: Arrival; lead: Lead; offer: Offer; acceptance: Acceptance
  reassignment: Reassignment; closing: Closing; snooze: Snooze; presence: Presence; attendance: Attendance; lead_acknowledgement: LeadAcknowledgement; follow_up: FollowUp; visit: Visit; walk_in: WalkIn; departure: Departure; attestation: Attestation; store_point: StorePoint; code_check: CodeCheck; photo: Photo; recording: Recording
  comment: Comment; consent: ConsentFact; resolution: Resolution; acknowledgement: Acknowledgement; appeal: Appeal; release: Release
  correction: Correction; deletion: Deletion; candidate: Candidate; decision: Decision; unmerge: Unmerge
  conflict: Conflict; refusal: Refusal; arrival_card: ArrivalCard; escalation: Escalation; notice: Notice | Digest | LeftBehind | Wish | CodeAlarm
  pool_card: PoolCard; pool_claim: PoolClaim; collision: Collision; ruling: Ruling; erasure: Erasure
}
export type EntityName = keyof Bodies
export type AnyBody = Bodies[EntityName]

/** A row as a screen sees it: what the server sent with this phone's waiting operations laid over it. */
export interface Seen<B> {
  id: string; entity: EntityName; root: string; version: number; body: B
  by: string | null; at: number; received_at: number | null; captured_at: number
  pending: boolean; saved_at: number | null
}
