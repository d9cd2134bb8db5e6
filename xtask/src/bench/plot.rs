//! A plot as SVG: lines over two logarithmic axes, readable on light and dark pages.

use std::fmt::Write;

/// A line of the plot.
pub(super) struct Series {
    pub(super) name: String,
    /// Both above zero.
    pub(super) points: Vec<(f64, f64)>,
}

/// One pair of axes.
pub(super) struct Panel<'a> {
    pub(super) title: &'a str,
    pub(super) series: Vec<Series>,
}

const COLOURS: [&str; 4] = ["#d97706", "#2563eb", "#059669", "#9333ea"];
const WIDTH: f64 = 400.0;
const HEIGHT: f64 = 300.0;

/// The panels beside each other, with changes along each x axis.
pub(super) fn svg(panels: &[Panel<'_>]) -> String {
    let count = f64::from(u32::try_from(panels.len()).unwrap_or(u32::MAX));
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {} {HEIGHT}\" font-family=\"sans-serif\" font-size=\"11\">\n",
        WIDTH * count
    );
    svg.push_str(
        "<style>text{fill:#24292f}.grid{stroke:#d0d7de}@media(prefers-color-scheme:dark){text{fill:#e6edf3}.grid{stroke:#3d444d}.ground{fill:#0d1117}}</style>\n",
    );
    writeln!(svg, "<rect class=\"ground\" width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>")
        .expect("a String takes it");
    let mut left = 0.0;
    for panel in panels {
        writeln!(svg, "<g transform=\"translate({left},0)\">").expect("a String takes it");
        draw(&mut svg, panel);
        svg.push_str("</g>\n");
        left += WIDTH;
    }
    svg + "</svg>\n"
}

/// From a power of ten to a power of ten.
struct Axis {
    first: i32,
    last: i32,
    from: f64,
    to: f64,
}

impl Axis {
    fn over(values: impl Iterator<Item = f64> + Clone, from: f64, to: f64) -> Self {
        let low = values.clone().fold(f64::INFINITY, f64::min).log10() + 0.05;
        let high = values.fold(0.0, f64::max).log10().ceil();
        #[expect(clippy::cast_possible_truncation, reason = "a logarithm is small")]
        let (first, last) = (low.floor() as i32, high as i32);
        Self { first, last: last.max(first + 1), from, to }
    }

    fn place(&self, value: f64) -> f64 {
        let share = (value.log10() - f64::from(self.first)) / f64::from(self.last - self.first);
        self.from + share * (self.to - self.from)
    }
}

fn draw(svg: &mut String, panel: &Panel<'_>) {
    let points = || panel.series.iter().flat_map(|series| &series.points);
    let x = Axis::over(points().map(|point| point.0), 50.0, WIDTH - 15.0);
    let y = Axis::over(points().map(|point| point.1), HEIGHT - 40.0, 30.0);
    let mut add = |line: std::fmt::Arguments<'_>| writeln!(svg, "{line}").expect("a String takes it");
    add(format_args!("<text x=\"50\" y=\"18\" font-weight=\"bold\">{}</text>", panel.title));
    for power in x.first..=x.last {
        let at = x.place(10_f64.powi(power));
        add(format_args!("<line class=\"grid\" x1=\"{at:.1}\" x2=\"{at:.1}\" y1=\"{}\" y2=\"{}\"/>", y.from, y.to));
        add(format_args!("<text x=\"{at:.1}\" y=\"{}\" text-anchor=\"middle\">{}</text>", y.from + 15.0, tick(power)));
    }
    for power in y.first..=y.last {
        let at = y.place(10_f64.powi(power));
        add(format_args!("<line class=\"grid\" x1=\"{}\" x2=\"{}\" y1=\"{at:.1}\" y2=\"{at:.1}\"/>", x.from, x.to));
        add(format_args!("<text x=\"44\" y=\"{:.1}\" text-anchor=\"end\">{}</text>", at + 4.0, tick(power)));
    }
    add(format_args!(
        "<text x=\"{:.1}\" y=\"{}\" text-anchor=\"middle\">changes</text>",
        f64::midpoint(x.from, x.to),
        HEIGHT - 8.0
    ));
    for (index, (series, colour)) in panel.series.iter().zip(COLOURS.iter().cycle()).enumerate() {
        let place = |point: &(f64, f64)| format!("{:.1},{:.1}", x.place(point.0), y.place(point.1));
        let line: Vec<String> = series.points.iter().map(place).collect();
        add(format_args!(
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>",
            line.join(" ")
        ));
        for point in &series.points {
            add(format_args!(
                "<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"3\" fill=\"{colour}\"/>",
                x.place(point.0),
                y.place(point.1)
            ));
        }
        let row = 44.0 + 15.0 * f64::from(u8::try_from(index).unwrap_or(u8::MAX));
        add(format_args!("<rect x=\"58\" y=\"{}\" width=\"10\" height=\"3\" fill=\"{colour}\"/>", row - 5.0));
        add(format_args!("<text x=\"73\" y=\"{row}\">{}</text>", series.name));
    }
}

fn tick(power: i32) -> String {
    match power {
        ..0 => format!("{}", 10_f64.powi(power)),
        0..3 => 10_u32.pow(power.unsigned_abs()).to_string(),
        3..6 => format!("{}k", 10_u32.pow(power.unsigned_abs() - 3)),
        _ => format!("{}M", 10_u32.pow(power.unsigned_abs() - 6)),
    }
}
