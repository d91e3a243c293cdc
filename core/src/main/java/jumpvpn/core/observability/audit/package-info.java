/**
 * The auditor: rebuilds every session from the events of all nodes, in the order of {@code state_version}, and says what that proves (contract sections 5 and 6). Pure:
 * events come in, a report goes out. May use session and the events themselves, nothing of the code that makes them.
 */
@NullMarked
package jumpvpn.core.observability.audit;

import org.jspecify.annotations.NullMarked;
