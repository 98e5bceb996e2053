<?php
// Writes placed marks (canvas.py) with TCPDF and its Chinese font that is named, not embedded.  usage: place.php JOB.json OUT.pdf
require_once '/usr/share/php/tcpdf/tcpdf.php';
$job = json_decode(file_get_contents($argv[1]), true);
$pdf = new TCPDF('P', 'pt', 'A4', true, 'UTF-8');
$pdf->setPrintHeader(false);
$pdf->setPrintFooter(false);
$pdf->SetMargins(0, 0, 0);
$pdf->SetAutoPageBreak(false);
$pdf->setCellPaddings(0, 0, 0, 0);
foreach ($job['pages'] as $marks) {
    $pdf->AddPage();
    foreach ($marks as $m) {
        if ($m[0] === 'text') {
            $pdf->SetFont('cid0cs', '', $m[3]);
            $pdf->Text($m[1], 842 - $m[2] - $m[3], $m[4]);
        } else {
            $pdf->SetLineWidth($m[5]);
            $pdf->Line($m[1], 842 - $m[2], $m[3], 842 - $m[4]);
        }
    }
}
$pdf->Output($argv[2], 'F');
