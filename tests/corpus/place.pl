# Writes placed marks (canvas.py) with PDF::API2.  usage: place.pl JOB.json OUT.pdf
use strict;
use warnings;
use JSON::PP;
use PDF::API2;
open my $in, '<:raw', $ARGV[0] or die $!;
my $job = decode_json(do { local $/; <$in> });
my $pdf = PDF::API2->new();
my $font = $job->{file} ? $pdf->ttfont($job->{file}) : $pdf->cjkfont('Song');
for my $marks (@{ $job->{pages} }) {
    my $page = $pdf->page();
    $page->mediabox(595, 842);
    my ($text, $lines) = ($page->text(), $page->gfx());
    for my $m (@$marks) {
        if ($m->[0] eq 'text') {
            $text->font($font, $m->[3]);
            $text->translate($m->[1], $m->[2]);
            $text->text($m->[4]);
        } else {
            $lines->linewidth($m->[5]);
            $lines->move($m->[1], $m->[2]);
            $lines->line($m->[3], $m->[4]);
            $lines->stroke();
        }
    }
}
$pdf->saveas($ARGV[1]);
