package jumpvpn.lab.throughput;

import java.util.List;
import java.util.Map;
import jumpvpn.lab.bench.Machine;

/**
 * Under what it was measured.
 *
 * @param machine where
 * @param load the load average before it began: what else ran
 * @param commit of this project
 * @param time of the start, in UTC
 * @param options what was asked for
 * @param versions of the contenders
 * @param tools versions of what measures
 */
record Setting(
        Machine machine,
        double load,
        String commit,
        String time,
        ThroughputOptions options,
        Map<Contender, String> versions,
        List<String> tools) {}
