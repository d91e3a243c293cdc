/** Who owns a session: its record, and the session-table port (contract section 4). May use session, security and net. */
@NullMarked
package jumpvpn.core.ownership;

import org.jspecify.annotations.NullMarked;
