package jumpvpn.node.app.timeline;

import java.util.List;
import jumpvpn.core.observability.audit.Finding;
import jumpvpn.core.observability.audit.Report;
import jumpvpn.core.observability.audit.SessionReport;
import jumpvpn.core.observability.audit.Verdict;
import jumpvpn.node.observability.jsonl.UtcTime;

/** What an audit found and the timelines of sessions as one HTML page that needs nothing else: no script, no request, no font from elsewhere. */
public final class TimelinePage {
    private static final int MOST_FINDINGS = 200;

    private static final String STYLE = """
            :root{color-scheme:light dark;--ink:#1c2430;--dim:#5a6675;--paper:#fbfcfd;--card:#fff;--edge:#d7dde4;--ok:#1f7a4d;--warn:#9a5b00;--bad:#b3261e}
            @media(prefers-color-scheme:dark){:root{--ink:#e3e8ee;--dim:#9aa7b5;--paper:#11161c;--card:#181f27;--edge:#2c3744;--ok:#5fd39a;--warn:#f0b35a;--bad:#ff8a80}}
            body{margin:0 auto;max-width:72rem;padding:1.5rem 1rem 4rem;font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper)}
            h1{font-size:1.5rem;margin:0 0 .2rem}h2{font-size:1rem;margin:0 0 .4rem;font-family:ui-monospace,monospace;overflow-wrap:anywhere}
            section{background:var(--card);border:1px solid var(--edge);border-radius:.6rem;padding:1rem;margin:1rem 0}
            .PROVEN{color:var(--ok)}.INCOMPLETE{color:var(--warn)}.VIOLATED{color:var(--bad)}.dim{color:var(--dim)}
            table{border-collapse:collapse;width:100%;font-size:13px}th{text-align:left;color:var(--dim);font-weight:600}
            td,th{padding:.15rem .8rem .15rem 0;vertical-align:top;font-variant-numeric:tabular-nums}td:nth-child(-n+3),th{white-space:nowrap}td:nth-child(n+4){overflow-wrap:anywhere;min-width:9rem}
            tr.switch td{font-weight:600}tr.refusal td{color:var(--bad)}.wide{overflow-x:auto;max-height:34rem}
            svg{width:100%;height:auto;display:block}svg.key{display:inline-block;width:.9rem;height:.9rem;vertical-align:-.1rem;margin-left:.6rem}
            svg text{font-size:12px;fill:var(--dim)}
            rect.BIRTH{fill:#8a94a0}rect.ATTACHED{fill:#2e9e6b}rect.VOLATILE{fill:#d9b13b}rect.DEGRADED{fill:#e07b39}rect.RECOVERING{fill:#c8443c}rect.TERMINATED{fill:#6b7480}
            line.switch{stroke:var(--ink);stroke-width:2}line.refusal{stroke:var(--bad);stroke-width:2;stroke-dasharray:3 2}
            .refusal-word{color:var(--bad)}.legend{font-size:13px;color:var(--dim);margin:.2rem 0}
            """;

    private final Html html = new Html();

    private TimelinePage() {}

    /**
     * The page.
     *
     * @param files what was read
     * @param wallMillis when
     */
    public static String of(Timeline timeline, Report report, List<String> files, long wallMillis) {
        TimelinePage page = new TimelinePage();
        page.head(report, files, wallMillis);
        page.findings(report);
        for (SessionReport session : timeline.sessions(report)) {
            Timeline.Life life = timeline.lives().get(session.id());
            if (life != null) {
                page.session(session, life);
            }
        }
        return page.html.raw("</main></body></html>\n").toString();
    }

    private void head(Report report, List<String> files, long wallMillis) {
        html.raw("""
                <!doctype html>
                <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
                <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
                <title>Audit</title><style>
                """)
                .raw(STYLE)
                .raw("</style></head><body><main>\n<h1>Audit: ")
                .element("span", report.verdict().name(), report.verdict())
                .raw("</h1>\n")
                .element(
                        "p",
                        "dim",
                        "%,d events of %d starts of nodes; of %,d sessions %,d proven, %,d incomplete, %,d violated. Read %s from %s."
                                .formatted(
                                        report.events(),
                                        report.speakers(),
                                        report.sessions().size(),
                                        report.count(Verdict.PROVEN),
                                        report.count(Verdict.INCOMPLETE),
                                        report.count(Verdict.VIOLATED),
                                        UtcTime.format(wallMillis),
                                        String.join(", ", files)));
        report.remarks().forEach(remark -> html.element("p", "dim", "Note: " + remark));
        Band.legend(html);
    }

    private void findings(Report report) {
        List<Finding> findings = report.all();
        if (findings.isEmpty()) {
            return;
        }
        html.raw(
                "<section><h2>Findings</h2><div class=\"wide\" tabindex=\"0\"><table><tr><th>verdict<th>rule<th>where<th>what</tr>\n");
        for (Finding finding : findings.stream().limit(MOST_FINDINGS).toList()) {
            html.raw("<tr>")
                    .element("td", finding.verdict().name(), finding.verdict())
                    .element("td", finding.rule())
                    .element("td", finding.source() + ":" + finding.line())
                    .element(
                            "td",
                            finding.what() + (finding.session() == null ? "" : " (session " + finding.session() + ")"))
                    .raw("</tr>\n");
        }
        html.raw("</table></div>");
        if (findings.size() > MOST_FINDINGS) {
            html.element("p", "dim", (findings.size() - MOST_FINDINGS) + " more");
        }
        html.raw("</section>\n");
    }

    private void session(SessionReport session, Timeline.Life life) {
        html.raw("<section><h2>")
                .text(session.id() + " ")
                .element("span", session.verdict().name(), session.verdict())
                .raw("</h2>\n")
                .element(
                        "p",
                        "dim",
                        session.binds() + " binds, " + (session.state() == null ? "no owner's row" : session.state())
                                + " at " + session.version());
        Band.draw(html, life);
        html.raw(
                "<div class=\"wide\" tabindex=\"0\"><table><tr><th>version<th>clock<th>node<th>what<th>path<th>more</tr>\n");
        for (Moment moment : life.moments()) {
            String path = moment.event().path();
            html.open("tr", "class", moment.isSwitch() ? "switch" : moment.isRefusal() ? "refusal" : "")
                    .element("td", moment.event().version())
                    .element("td", UtcTime.format(moment.wallMillis()))
                    .element("td", moment.node())
                    .element("td", moment.what())
                    .element("td", path == null ? "" : path)
                    .element("td", moment.more())
                    .raw("</tr>\n");
        }
        html.raw("</table></div>");
        if (life.omitted() > 0) {
            html.element("p", "dim", life.omitted() + " events more");
        }
        html.raw("</section>\n");
    }
}
