package jumpvpn.core.observability;

import java.util.List;
import jumpvpn.core.observability.Event.Detail;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.Role;
import jumpvpn.core.session.SessionId;
import jumpvpn.core.session.SessionMachine;
import jumpvpn.core.session.SessionState;
import jumpvpn.core.session.StateVersion;
import org.jspecify.annotations.Nullable;

/** Writes the events of one session with what is common to all of them. */
public final class Journal {
    private final EventSink sink;
    private final Role role;
    private final @Nullable SessionId sessionId;
    private final int policyVersion;

    /** @param sessionId null as long as there is no session */
    public Journal(EventSink sink, Role role, @Nullable SessionId sessionId, int policyVersion) {
        this.sink = sink;
        this.role = role;
        this.sessionId = sessionId;
        this.policyVersion = policyVersion;
    }

    /** The one STATE_CHANGE of a row. */
    public void step(long nowNanos, SessionMachine.Step step, @Nullable String path, Detail... details) {
        sink.emit(new Event(
                nowNanos,
                EventType.STATE_CHANGE,
                step.reason(),
                role,
                sessionId,
                step.version(),
                step.from(),
                step.to(),
                path,
                policyVersion,
                List.of(details)));
    }

    /** A committed row once more, by whoever loaded its record: the crash that lost the session's memory may have lost its event. */
    public void again(long nowNanos, StateVersion version, SessionState from, SessionState to, ReasonCode reason) {
        sink.emit(new Event(
                nowNanos,
                EventType.STATE_CHANGE,
                reason,
                role,
                sessionId,
                version,
                from,
                to,
                null,
                policyVersion,
                List.of(new Detail("again", true))));
    }

    /** Any other event. */
    public void emit(
            long nowNanos,
            EventType type,
            ReasonCode reason,
            StateVersion version,
            @Nullable String path,
            Detail... details) {
        sink.emit(new Event(
                nowNanos, type, reason, role, sessionId, version, null, null, path, policyVersion, List.of(details)));
    }
}
