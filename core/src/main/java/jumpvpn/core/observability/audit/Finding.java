package jumpvpn.core.observability.audit;

import jumpvpn.core.session.SessionId;
import org.jspecify.annotations.Nullable;

/**
 * One thing that was found.
 *
 * @param verdict INCOMPLETE or VIOLATED
 * @param session null: of a node's whole stream
 * @param node who said it; empty if the line does not tell
 * @param source the file
 * @param line in it, from 1
 * @param what in words
 */
public record Finding(
        Verdict verdict, Rule rule, @Nullable SessionId session, String node, String source, long line, String what) {}
