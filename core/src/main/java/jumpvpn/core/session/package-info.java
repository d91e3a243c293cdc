/** The session: its states, the transition table, versions, reasons and policy (contract sections 1 and 3). May use net and java.base; nothing else of the project. */
@NullMarked
package jumpvpn.core.session;

import org.jspecify.annotations.NullMarked;
