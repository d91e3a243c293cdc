/**
 * What event files tell of single sessions, made for reading: lines for a terminal, a page for a browser. May use everything below {@code node.app}; judges nothing and
 * reads no file.
 */
@NullMarked
package jumpvpn.node.app.timeline;

import org.jspecify.annotations.NullMarked;
