package jumpvpn.core.observability.audit;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import jumpvpn.core.observability.Event;
import jumpvpn.core.session.Role;
import jumpvpn.core.session.SessionId;
import jumpvpn.core.session.SessionState;
import jumpvpn.core.session.StateVersion;
import org.jspecify.annotations.Nullable;

/** One session, put together from all who spoke of it: who began which epoch, how far each got, what the client learnt. */
final class SessionAudit {
    private static final int MOST_FINDINGS = 8;

    final Auditor auditor;
    final @Nullable SessionId id;
    final Findings findings = new Findings(MOST_FINDINGS);
    private final List<View> views = new ArrayList<>(2);
    private final List<Epoch> epochs = new ArrayList<>(2); // in ascending order
    private StateVersion newest = StateVersion.BIRTH;
    private @Nullable SessionState state;
    private @Nullable List<?> inner;
    private @Nullable OwnerView ender;
    private StateVersion endVersion = StateVersion.BIRTH;
    private long endedAt;

    /** @param id null: a handshake that led to no session */
    SessionAudit(Auditor auditor, @Nullable SessionId id) {
        this.auditor = auditor;
        this.id = id;
    }

    /** This session as that node tells of it. */
    View view(Speaker speaker, Role role) {
        for (View view : views) {
            if (view.speaker == speaker) {
                return view;
            }
        }
        View view = role == Role.GATEWAY ? new OwnerView(this, speaker) : new ClientView(this, speaker);
        views.add(view);
        return view;
    }

    private Epoch epoch(StateVersion version) {
        long number = Integer.toUnsignedLong(version.epoch());
        if (!epochs.isEmpty() && epochs.getLast().number == number) { // mostly it is the newest
            return epochs.getLast();
        }
        int from = 0;
        int to = epochs.size();
        while (from < to) {
            int middle = (from + to) >>> 1;
            if (epochs.get(middle).number < number) {
                from = middle + 1;
            } else {
                to = middle;
            }
        }
        if (from == epochs.size() || epochs.get(from).number != number) {
            epochs.add(from, new Epoch(number));
        }
        return epochs.get(from);
    }

    /** An owner began an epoch. */
    void begun(OwnerView owner, Event event, long place) {
        Epoch epoch = epoch(event.version());
        if (epoch.begunAt != 0) {
            owner.violated(
                    Rule.TWICE,
                    place,
                    event.version() + " is said for a second row; the first is " + auditor.text(epoch.begunAt));
            return;
        }
        same(epoch, owner, event, place);
        epoch.begunAt = place;
        stepped(owner, event, place);
    }

    /** A later owner says what it found in the record. */
    void again(OwnerView owner, Event event, long place) {
        Epoch epoch = epoch(event.version());
        if (!View.binds(event)) {
            List<Epoch.Again> all = new ArrayList<>(epoch.again);
            all.add(new Epoch.Again(
                    owner, Integer.toUnsignedLong(event.version().step()), Epoch.Row.of(event), place));
            epoch.again = all;
            return;
        }
        same(epoch, owner, event, place);
        if (epoch.againAt == 0) {
            epoch.againAt = place;
            epoch.againBy = owner;
        }
        if (epoch.ownersStep < 0) {
            epoch.ownersStep = 0;
            epoch.ownersAt = place;
        }
    }

    /** What an heir said again is the newest row that the owner of its memory said, or the one after that. */
    private void compared() {
        for (Epoch epoch : epochs) {
            for (Epoch.Again again : epoch.again) {
                boolean remembered = again.step() < Epoch.WITHOUT_MEMORY;
                long newestStep = remembered ? epoch.ownersStep : epoch.heirsStep;
                Epoch.Row row = remembered ? epoch.ownersRow : epoch.heirsRow;
                boolean older = again.step() < newestStep;
                boolean differs = again.step() == newestStep
                        && row != null
                        && !again.row().equals(row);
                if (differs || (older && remembered)) {
                    again.by()
                            .violated(
                                    Rule.AGAIN,
                                    again.place(),
                                    epoch.number + "." + again.step()
                                            + (older ? " is not the last row: " : " differs from the row: ")
                                            + auditor.text(remembered ? epoch.ownersAt : epoch.heirsAt));
                } else if (!older) {
                    epoch.fill(again);
                }
            }
        }
    }

    private void same(Epoch epoch, OwnerView owner, Event event, long place) {
        if (epoch.begunAt == 0 && epoch.againAt == 0) {
            epoch.policyVersion = event.policyVersion();
            epoch.path = event.path();
            return;
        }
        boolean samePath = epoch.path == null || event.path() == null || epoch.path.equals(event.path());
        if (epoch.policyVersion != event.policyVersion() || !samePath) {
            owner.violated(
                    Rule.AGAIN,
                    place,
                    event.version() + " differs from the row at "
                            + auditor.text(epoch.begunAt != 0 ? epoch.begunAt : epoch.againAt));
        }
    }

    /** An owner said a row of an epoch. */
    void stepped(OwnerView view, Event event, long place) {
        StateVersion version = event.version();
        Epoch epoch = epoch(version);
        long step = Integer.toUnsignedLong(version.step());
        boolean remembers = step < Epoch.WITHOUT_MEMORY;
        View first = remembers ? epoch.owner : epoch.heir;
        if (first == null) {
            first = view;
        } else if (first != view) {
            view.violated(
                    Rule.TWICE,
                    place,
                    version + " belongs to an epoch that is " + first.speaker.node + "'s, as it said at "
                            + auditor.text(remembers ? epoch.ownersAt : epoch.heirsAt));
        }
        if (remembers) {
            epoch.owner = first;
            if (step >= epoch.ownersStep) {
                epoch.ownersStep = step;
                epoch.ownersAt = place;
                epoch.ownersRow = Epoch.Row.of(event);
            }
        } else {
            epoch.heir = first;
            if (step >= epoch.heirsStep) {
                epoch.heirsStep = step;
                epoch.heirsAt = place;
                epoch.heirsRow = Epoch.Row.of(event);
            }
        }
    }

    /** The client says that it knows this version. */
    void learnt(ClientView client, StateVersion version, long place) {
        if (version.epoch() == 0) {
            return; // it knows of no owner's row yet
        }
        Epoch epoch = epoch(version);
        long step = Integer.toUnsignedLong(version.step());
        if (step > epoch.learntStep) {
            epoch.learntStep = step;
            epoch.learntAt = place;
            epoch.learner = client;
        }
    }

    /** Whoever names the session's inner addresses names the same ones. */
    void address(View view, List<?> said, long place) {
        if (inner == null) {
            inner = said;
        } else if (!inner.equals(said)) {
            view.violated(Rule.ADDRESS, place, "its inner addresses were " + inner + " and are " + said);
        }
    }

    void newest(StateVersion version, SessionState reached) {
        if (state == null || version.compareTo(newest) > 0) {
            newest = version;
            state = reached;
        }
    }

    void ended(OwnerView owner, StateVersion version, long place) {
        if (ender == null || version.compareTo(endVersion) < 0) {
            ender = owner;
            endVersion = version;
            endedAt = place;
        }
    }

    /** What all that was said amounts to. */
    SessionReport report() {
        for (View view : views) {
            if (view.hasGap()) {
                view.incomplete(
                        Rule.SEQUENCE,
                        view.lastPlace(),
                        "while " + view.speaker.node + " had it, " + view.speaker.lastGap);
            }
        }
        compared();
        whole();
        end();
        known();
        int again = (int) epochs.stream()
                .filter(epoch -> epoch.againAt != 0 && epoch.begunAt == 0)
                .count();
        int begun = (int) epochs.stream().filter(epoch -> epoch.begunAt != 0).count();
        return new SessionReport(
                Objects.requireNonNull(id),
                findings.worst(),
                newest,
                state,
                begun + again,
                again,
                findings.kept(),
                findings.found());
    }

    /** Every epoch up to the newest has somebody who says that it began. */
    private void whole() {
        long due = 1;
        for (Epoch epoch : epochs) {
            long number = epoch.number;
            View by = epoch.speaker();
            if (by == null || number == 0) {
                continue;
            }
            boolean begun = epoch.begunAt != 0 || epoch.againAt != 0;
            long missing = begun ? number - 1 : number;
            if (missing >= due) {
                by.incomplete(
                        Rule.VERSION,
                        epoch.newestAt(),
                        (missing > due ? "versions " + due + ".0 to " + missing + ".0 are" : "version " + due + ".0 is")
                                + " missing: nobody says who was bound");
            }
            due = number + 1;
        }
    }

    private void end() {
        OwnerView by = ender;
        if (by == null) {
            return;
        }
        long last = Integer.toUnsignedLong(endVersion.epoch());
        long step = Integer.toUnsignedLong(endVersion.step());
        for (Epoch epoch : epochs) {
            boolean beyond = epoch.number > last || (epoch.number == last && epoch.newestStep() > step);
            if (epoch.isSaid() && beyond) {
                View speaker = epoch.speaker();
                (speaker == null ? by : speaker)
                        .violated(
                                Rule.END,
                                epoch.newestAt(),
                                epoch.number + "." + epoch.newestStep() + " after " + endVersion
                                        + " TERMINATED, said at " + auditor.text(endedAt));
                return;
            }
        }
    }

    /** What the client learnt was said by an owner. */
    private void known() {
        for (Epoch epoch : epochs) {
            View client = epoch.learner;
            long said = epoch.learntStep < Epoch.WITHOUT_MEMORY ? epoch.ownersStep : epoch.heirsStep;
            if (client == null || epoch.learntStep <= said) {
                continue;
            }
            String version = epoch.number + "." + epoch.learntStep;
            if (state != null && isClosed(epoch)) {
                client.violated(Rule.CLIENT, epoch.learntAt, "it knows " + version + ", which its owner never said");
            } else {
                client.incomplete(
                        Rule.CLIENT,
                        epoch.learntAt,
                        "it knows " + version + ", but no gateway's events here tell of it");
            }
            return;
        }
    }

    /** Whether nothing that was said of the epoch can be missing: its owner went on speaking, or ended the session. */
    private boolean isClosed(Epoch epoch) {
        if (views.stream().anyMatch(view -> view instanceof OwnerView && view.hasGap())) {
            return false;
        }
        if (epoch.number > Integer.toUnsignedLong(newest.epoch())) {
            return ender != null;
        }
        boolean wentOn = epochs.stream().anyMatch(next -> next.number == epoch.number + 1 && next.owner == epoch.owner);
        return epoch.owner != null && (epoch.owner == ender || wentOn);
    }
}
